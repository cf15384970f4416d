import type { StepOutcome } from '@alta/contracts/resources/task'
import type { StepScope } from '@alta/kit/tasks/task-type'
import { z } from 'zod'
import type { DeadLettersSchema, LetterStatus } from './dead-letter.tables.ts'
import { deadLetters } from './dry-run.ts'
import type { Selection } from './selection.ts'
import { countByStatus, type Sweep } from './sweep.repository.ts'

type Tx = StepScope<DeadLettersSchema>['tx']

const AT_ONCE = 500

const cursor = z.object({
  until: z.iso.datetime(),
  after: z.uuid().nullable(),
  done: z.number().int(),
  total: z.number().int(),
})

/** One portion of something that is done to every message of a selection that is in one status. */
export async function sweepPortion(
  order: {
    readonly selection: Selection
    readonly until: Date | undefined
    readonly from: LetterStatus
    /** What was done, as the end of "12 dead letters …". */
    readonly words: string
    readonly next: (tx: Tx, sweep: Sweep) => Promise<{ swept: number; last: string | null }>
  },
  scope: StepScope<DeadLettersSchema>,
): Promise<StepOutcome> {
  const { selection, from } = order
  const until = order.until ?? new Date()
  const state =
    scope.cursor === null
      ? {
          until: until.toISOString(),
          after: null,
          done: 0,
          total: await countByStatus(scope.tx, { selection, until }, from),
        }
      : cursor.parse(scope.cursor)
  const sweep = { selection, until: new Date(state.until), after: state.after ?? undefined, limit: AT_ONCE }
  const { swept, last } = await order.next(scope.tx, sweep)
  const done = state.done + swept
  const counts = { done, failed: 0, total: Math.max(done, state.total) }
  if (swept === AT_ONCE) return { ...counts, cursor: { ...state, done, after: last }, next: 'now' }
  const summary = `${deadLetters(done)} ${order.words}.`
  return {
    ...counts,
    total: done,
    cursor: null,
    next: 'end',
    log: [summary],
    result: { summary, count: done },
  }
}
