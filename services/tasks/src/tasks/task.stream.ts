import { setTimeout as delay } from 'node:timers/promises'
import type { TaskChange } from './state-store.ts'
import { isOver } from './task.machine.ts'
import { presentTask } from './task.resource.ts'
import type { TaskRow } from './turn.repository.ts'

/** Milliseconds between looks at the record, and between signs of life when nothing happens. */
const LOOK = 400
const SIGN_OF_LIFE = 15_000
/** Milliseconds until a caller must show a token again: a right that was taken away does not live on in a stream. */
const LONGEST = 300_000

/**
 * A task as server-sent events: `changed` for each transition, `progress` when only its figures grew. Ids are
 * versions, so whoever comes back with the last one is told of every transition since. Ends with the task, and in
 * any case after `longest` milliseconds.
 */
export async function* taskStream(
  look: (afterVersion: number) => Promise<{ task: TaskRow; changes: TaskChange[] }>,
  options: { after: number; signal: AbortSignal; longest?: number },
): AsyncGenerator<string> {
  const { signal, longest = LONGEST } = options
  const over = Date.now() + longest
  let version = options.after
  let spoken = Date.now()
  // Said at once, so that proxies pass the answer's beginning on.
  yield ': following\n\n'
  while (!signal.aborted && Date.now() < over) {
    const { task, changes } = await look(version)
    for (const change of changes) yield event(change.version, 'changed', change)
    const told = changes.at(-1)?.version ?? version
    if (task.version > told) yield event(task.version, 'progress', presentTask(task))
    if (changes.length > 0 || task.version > told) spoken = Date.now()
    version = Math.max(version, told, task.version)
    if (isOver(task.state) && task.retry === null) {
      yield event(version, 'end', presentTask(task))
      return
    }
    if (Date.now() - spoken > SIGN_OF_LIFE) {
      spoken = Date.now()
      yield ': still there\n\n'
    }
    await delay(LOOK, undefined, { signal }).catch(() => undefined)
  }
}

const event = (id: number, name: string, data: unknown): string =>
  `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`
