import type { StepOutcome } from '@alta/contracts/resources/task'
import { PermanentError } from '@alta/kit/events/errors'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { StepScope } from '@alta/kit/tasks/task-type'
import { z } from 'zod'
import { allowance, judge, stepSize, stopInWords } from './canary.ts'
import type { DeadLettersSchema } from './dead-letter.tables.ts'
import { inWords } from './dry-run.ts'
import type { JsonPatch } from './patch.ts'
import type { Pace } from './retry.params.ts'
import { doneInWords, resultOf, silentInWords, stepInWords, sum, totals } from './retry.report.ts'
import { figuresOf, type Run, type StepFigures, skipRest, untoldFailures } from './retry.repository.ts'
import { chooseMore, emptyTally, tally } from './retry.selecting.ts'
import { sendCopies } from './retry.sending.ts'
import type { Selection } from './selection.ts'
import type { Contracts } from './validity.ts'

/** What a retry is to do, the same in each of its steps. */
export interface RetryOrder {
  readonly selection: Selection
  /** Undefined: the moment at which the run begins. */
  readonly until: Date | undefined
  readonly pace: Pace
  /** Made to each event before it is sent. */
  readonly edit?: { readonly patch: JsonPatch; readonly by: string; readonly proposal: string }
}

export interface RetryMeans {
  readonly contracts: Contracts
  /** Days for which what was resolved is kept. */
  readonly resolvedDays: number
}

export type RetryScope = StepScope<DeadLettersSchema>

/** Where a run stands between two portions of work; what became of each copy is in the tables. */
export const cursor = z.object({
  run: z.uuid(),
  until: z.iso.datetime(),
  phase: z.enum(['selecting', 'sending']),
  after: z.uuid().nullable(),
  tally,
  /** Step of the canary, from 0; `size` is 0 until it begins. */
  step: z.number().int(),
  size: z.number().int(),
  lastSentAt: z.number().nullable(),
  /** When something was sent or answered last, and how many answers there were. */
  newsAt: z.number(),
  answers: z.number().int(),
})
export type RetryCursor = z.infer<typeof cursor>

const SECOND: StepOutcome['next'] = { afterSeconds: 1 }
const MOST_FAILURES_TOLD = 500

/**
 * One portion of a retry. Everything that it decides and sends commits together with the new cursor, so that a
 * process that dies at any point leaves either all of it or nothing.
 */
export async function retryPortion(
  means: RetryMeans,
  order: RetryOrder,
  scope: RetryScope,
): Promise<StepOutcome> {
  const began = Date.now()
  const state = readCursor(scope.cursor, order, began)
  const run: Run = { id: state.run, taskId: scope.taskId, tenantId: scope.actor.tenantId }
  const log: string[] = []
  const failures: NonNullable<StepOutcome['failures']> = []
  if (state.phase === 'selecting') {
    const more = await chooseMore({ means, order, scope, run, state, failures })
    if (more) return { ...totals(state, []), cursor: state, next: 'now', failures }
    state.phase = 'sending'
    log.push(`${inWords(state.tally)}.`)
  }

  const { end, steps } = await goOn(means, order, scope, run, state, log, failures)
  failures.push(...(await untoldFailures(scope.tx, run.id, MOST_FAILURES_TOLD)))
  const counts = totals(state, steps)
  if (!end) {
    const result = resultOf(state, steps, order.pace)
    return { ...counts, cursor: state, next: SECOND, log, failures, result }
  }
  await skipRest(scope.tx, run.id)
  const summary = end.stopped ?? doneInWords(state, steps)
  log.push(summary)
  const result = { ...resultOf(state, steps, order.pace), stopped: end.stopped !== undefined, summary }
  return { ...counts, failed: counts.failed + end.silent, cursor: state, next: 'end', log, failures, result }
}

/** How a run ends: why it has stopped itself, if it has, and how many of its copies were given up waiting for. */
interface End {
  readonly stopped?: string
  readonly silent: number
}

/** Sends, judges and moves on as far as is certain now. */
async function goOn(
  means: RetryMeans,
  order: RetryOrder,
  scope: RetryScope,
  run: Run,
  state: RetryCursor,
  log: string[],
  failures: NonNullable<StepOutcome['failures']>,
): Promise<{ end?: End; steps: StepFigures[] }> {
  const { pace } = order
  for (;;) {
    const now = Date.now()
    const { left, steps } = await figuresOf(scope.tx, run.id)
    if (state.size === 0) state.size = stepSize(pace.steps, state.step, left)
    const step = steps[state.step] ?? { sent: 0, resolved: 0, failed: 0 }
    const all = sum(steps)
    const waiting = all.sent - all.resolved - all.failed
    noteNews(state, all.resolved + all.failed, now)
    // Nothing more can come of the step when nothing is left to fill it.
    if (left === 0) state.size = step.sent
    const impatient = waiting > 0 && now - state.newsAt > pace.patienceSeconds * 1_000
    const silent = impatient ? step.sent - step.resolved - step.failed : 0
    const counts = { size: state.size, resolved: step.resolved, failed: step.failed + silent }

    if (state.size > 0 && judge(counts, pace.threshold) === 'stop') {
      const stopped = stopInWords({
        step: state.step,
        counts,
        threshold: pace.threshold,
        total: state.tally.retriable,
        sent: all.sent,
      })
      const words = silent > 0 ? `${stopped} ${silentInWords(silent, pace)}` : stopped
      return { end: { stopped: words, silent: impatient ? waiting : 0 }, steps }
    }
    if (step.sent < state.size) {
      const allowed =
        state.lastSentAt === null ? pace.perSecond : allowance(pace.perSecond, now - state.lastSentAt)
      const most = Math.min(state.size - step.sent, allowed)
      if (most === 0) return { steps }
      const sent = await sendCopies({ means, order, scope, run, failures }, state.step, most)
      state.tally.skipped += sent.skipped
      state.tally.invalid += sent.invalid
      if (sent.copies > 0) {
        state.lastSentAt = now
        state.newsAt = now
        return { steps: (await figuresOf(scope.tx, run.id)).steps }
      }
    } else if (left > 0 && judge(counts, pace.threshold) === 'go on') {
      log.push(stepInWords(state.step, step))
      state.step++
      state.size = 0
    } else if (left === 0 && (waiting === 0 || impatient)) {
      return { end: { silent: waiting }, steps }
    } else {
      return { steps }
    }
  }
}

function noteNews(state: RetryCursor, answers: number, now: number): void {
  if (answers === state.answers) return
  state.answers = answers
  state.newsAt = now
}

function readCursor(value: unknown, order: RetryOrder, now: number): RetryCursor {
  if (value === null) {
    return {
      ...{ run: randomUUIDv7(), until: (order.until ?? new Date(now)).toISOString() },
      ...{ phase: 'selecting', after: null, tally: emptyTally() },
      ...{ step: 0, size: 0, lastSentAt: null, newsAt: now, answers: 0 },
    }
  }
  const read = cursor.safeParse(value)
  if (read.success) return read.data
  throw new PermanentError(
    'invalid_cursor',
    'the task was begun by a release that this one does not understand',
  )
}
