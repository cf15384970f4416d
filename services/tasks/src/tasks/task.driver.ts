import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Database } from '@alta/kit/database/database'
import { withContext } from '@alta/kit/http/request-context'
import { log } from '@alta/kit/telemetry/log'
import { withSpanFrom } from '@alta/kit/telemetry/tracing'
import type { TasksSchema } from '../database/schema.ts'
import type { StateStore } from './state-store.ts'
import type { Rules } from './task.decide.ts'
import { taskMetrics } from './task.metrics.ts'
import { commitTurn, TurnLost, takeTurn } from './task.turn.ts'
import { abandonTurn, claimTurns, type Turn } from './turn.repository.ts'

/** Turns that one process takes at a time. */
const AT_ONCE = 16
/** Milliseconds before a look that somebody has asked for. */
const SOON = 5
/**
 * Milliseconds between the looks after it: whoever has woken us has yet to commit, which takes long where the
 * transaction is shared or the disk is busy.
 */
const ONCE_MORE = [20, 60, 200]
/** Seconds before a turn that went wrong is taken again: as a rule Redis, its sidecar or PostgreSQL was away. */
const RETRY_SECONDS = 2

export interface TaskDriver {
  /** Something has happened to a task: looks soon, without waiting for the next regular look. */
  wake(): void
  /** Takes the turns that are due. Returns how many there were. */
  look(): Promise<number>
  /** Takes no more turns; back when those begun have ended. */
  stop(): Promise<void>
}

/** Brings tasks on. Any number of replicas may: a lease lets one of them at a task at a time. */
export function taskDriver(options: {
  database: Database<TasksSchema>
  store: StateStore
  rules: Rules
}): TaskDriver {
  const { database, store, rules } = options
  const owner = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`
  const atWork = new Set<Promise<void>>()
  let looking: Promise<number> | undefined
  let again = false
  let next: { at: number; timer: NodeJS.Timeout } | undefined
  let onceMore: readonly number[] = []
  let stopped = false

  async function lookOnce(): Promise<number> {
    const free = AT_ONCE - atWork.size
    if (free <= 0 || stopped) return 0
    const turns = await database.system(({ tx }) => claimTurns(tx, owner, free))
    for (const turn of turns) {
      const ending = takeOne(turn).finally(() => {
        atWork.delete(ending)
        // Others may have waited for this place, and this task itself may have more to do.
        lookIn(SOON)
      })
      atWork.add(ending)
    }
    return turns.length
  }

  async function takeOne(turn: Turn): Promise<void> {
    const context = { requestId: turn.id, correlationId: turn.correlation_id }
    try {
      await withContext(context, () =>
        withSpanFrom(
          turn.traceparent ?? undefined,
          'task turn',
          { 'alta.task.type': turn.type },
          async () => {
            const result = await takeTurn(turn, store, rules, turn.leased_at)
            await database.transaction(turn.tenant_id, (scope) => commitTurn(scope, turn, result))
            for (const { to } of result.changes) taskMetrics.transitions.inc({ type: turn.type, to })
          },
        ),
      )
    } catch (error) {
      if (error instanceof TurnLost) {
        log.warn({ taskId: turn.id }, 'came too late with a turn: another process has taken the task over')
        return
      }
      log.warn({ err: error, taskId: turn.id }, 'a turn of a task failed; it is taken again')
      await database
        .transaction(turn.tenant_id, ({ tx }) => abandonTurn(tx, turn, RETRY_SECONDS))
        // The database is away: the turn is free again when its lease runs out.
        .catch((reason: unknown) => log.warn({ err: reason, taskId: turn.id }, 'could not hand a turn back'))
    }
  }

  async function look(): Promise<number> {
    if (looking) {
      // It may have looked before what we were woken for was there.
      again = true
      return looking
    }
    try {
      looking = lookOnce()
      return await looking
    } finally {
      looking = undefined
      if (again) {
        again = false
        lookIn(SOON)
      }
    }
  }

  function wake(): void {
    onceMore = ONCE_MORE
    lookIn(SOON)
  }

  function lookIn(milliseconds: number): void {
    const at = performance.now() + milliseconds
    if (stopped || (next && next.at <= at)) return
    clearTimeout(next?.timer)
    const timer = setTimeout(() => {
      next = undefined
      look().then(lookOnceMore, (error: unknown) =>
        log.warn({ err: error }, 'could not look for tasks that are due'),
      )
    }, milliseconds)
    next = { at, timer }
  }

  function lookOnceMore(): void {
    const [wait, ...later] = onceMore
    if (wait === undefined) return
    onceMore = later
    lookIn(wait)
  }

  return {
    wake,
    look,
    async stop() {
      stopped = true
      clearTimeout(next?.timer)
      await looking?.catch(() => undefined)
      await Promise.all(atWork)
    },
  }
}
