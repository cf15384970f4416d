import type { TaskState } from '@alta/contracts/resources/task'
import { Problem } from '@alta/kit/errors'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Causes, decide, nextLook } from './task.decide.ts'
import { newWork } from './task.fixture.ts'
import { assertMove, isOver } from './task.machine.ts'
import type { TaskWork } from './task.work.ts'

const states: TaskState[] = ['pending', 'running', 'completed', 'failed', 'cancelled', 'retrying']
/** Written out once more, so that a move added by mistake is noticed. */
const allowed = [
  ...['pending running', 'pending cancelled'],
  ...['running completed', 'running failed', 'running cancelled'],
  ...['failed retrying', 'retrying running', 'retrying failed', 'retrying cancelled'],
]

test('exactly the promised moves are possible; every other one is refused with 409 invalid_transition', () => {
  for (const from of states) {
    for (const to of states) {
      if (allowed.includes(`${from} ${to}`)) expect(() => assertMove(from, to)).not.toThrow()
      else {
        const refused = expect.objectContaining({ status: 409, code: 'invalid_transition' })
        expect(() => assertMove(from, to)).toThrow(refused)
        expect(() => assertMove(from, to)).toThrow(Problem)
      }
    }
  }
})

const rules = { maxRetries: 2, retrySeconds: 4 }

type Moment =
  | { kind: 'done'; failed: boolean; next: 'now' | 'end' | 'later' }
  | { kind: 'error'; permanent: boolean }
  | { kind: 'late answer' | 'wait' | 'wait long' | 'cancel' | 'look' | 'type leaves' | 'type comes' }
  | { kind: 'retry'; only: 'all' | 'failed' }

const moment: fc.Arbitrary<Moment> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('done' as const),
      failed: fc.boolean(),
      next: fc.constantFrom('now' as const, 'now' as const, 'later' as const, 'end' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('error' as const), permanent: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        ...([
          'late answer',
          'wait',
          'wait',
          'wait long',
          'cancel',
          'look',
          'type leaves',
          'type comes',
        ] as const),
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('retry' as const), only: fc.constantFrom('all', 'failed') }),
  },
)

/** What a task should be in after a moment, told from the moment alone: its own times come as facts. */
interface Model {
  state: TaskState
  attempts: number
  cancelling: boolean
}
interface Facts {
  asked: boolean
  due: boolean
  cancelDue: boolean
  hasFailures: boolean
  typed: boolean
}

function expected(model: Model, one: Moment, { asked, due, cancelDue, hasFailures, typed }: Facts): Model {
  const { state, attempts } = model
  const over = (next: TaskState): Model => ({ ...model, state: next, cancelling: false })
  const cancelling = model.cancelling || (one.kind === 'cancel' && !isOver(state))
  const failing = (permanent: boolean): Model => {
    if (permanent || attempts > rules.maxRetries) return over('failed')
    return cancelling ? over('cancelled') : { ...model, state: 'retrying' }
  }
  const beginning = (next: Model): Model => {
    if (typed) return { ...next, state: 'running' }
    return { ...next, state: next.attempts > rules.maxRetries ? 'failed' : 'retrying' }
  }
  if (state === 'failed') return one.kind === 'retry' ? beginning({ ...model, attempts: 1 }) : model
  if (isOver(state)) return model
  if (state === 'pending') return cancelling ? over('cancelled') : beginning(model)
  if (state === 'retrying') {
    if (cancelling) return over('cancelled')
    if (!due) return model
    return attempts > rules.maxRetries ? over('failed') : beginning({ ...model, attempts: attempts + 1 })
  }
  if (asked && one.kind === 'error') return failing(one.permanent)
  if (asked && one.kind === 'done') {
    if (one.next === 'end') return over(one.failed || hasFailures ? 'failed' : 'completed')
    if (cancelling) return over('cancelled')
    // Attempts count from here.
    if (one.next === 'now' && !typed) return { ...model, attempts: 1, state: 'retrying' }
    return { ...model, attempts: 1 }
  }
  if (cancelling && (!asked || cancelDue)) return over('cancelled')
  if (due && (asked || !typed)) return failing(false)
  return { ...model, cancelling }
}

test('10,000 lives of tasks, each a random row of moments, follow the model and never hang', () => {
  let moves = 0
  fc.assert(
    fc.property(fc.array(moment, { minLength: 1, maxLength: 40 }), (moments) => {
      let work = newWork()
      let model: Model = { state: 'pending', attempts: 1, cancelling: false }
      let now = new Date('2026-11-22T12:00:00Z')
      let cancelBy: Date | null = null
      let stepSeconds: number | undefined = 60
      for (const one of moments) {
        if (one.kind === 'type leaves') stepSeconds = undefined
        if (one.kind === 'type comes') stepSeconds = 60
        // A pause lasts 10 s, back-off at most 300 s, a step and a cancellation 60 s.
        if (one.kind === 'wait') now = new Date(now.getTime() + 11_000)
        if (one.kind === 'wait long') now = new Date(now.getTime() + 301_000)
        const causes: Causes = { answer: answerOf(one, work), cancelBy, retry: null, stepSeconds }
        if (one.kind === 'cancel' && !isOver(work.state)) {
          cancelBy ??= new Date(now.getTime() + 60_000)
          causes.cancelBy = cancelBy
        }
        if (one.kind === 'retry' && work.state === 'failed') causes.retry = one.only
        model = expected(model, one, {
          asked: work.waiting === 'step',
          due: work.dueAt !== null && new Date(work.dueAt) <= now,
          cancelDue: causes.cancelBy !== null && causes.cancelBy <= now,
          hasFailures: work.failed > 0,
          typed: stepSeconds !== undefined,
        })

        const before = work
        const { passed, work: after } = decide(before, causes, rules, now)
        let from = before
        for (const next of passed) {
          expect(allowed).toContain(`${from.state} ${next.state}`)
          expect(next.version).toBeGreaterThan(from.version)
          expect(next.transitionId).not.toBe(from.transitionId)
          from = next
          moves += 1
        }
        expect(after.state).toBe(from.state)
        expect(after.version).toBeGreaterThanOrEqual(from.version)
        work = after
        if (isOver(work.state)) cancelBy = null

        expect(work.state).toBe(model.state)
        // Whatever is not over is looked at again by itself: nothing hangs.
        if (!isOver(work.state)) expect(nextLook(work, cancelBy)).not.toBeNull()
        else expect(work.dueAt).toBeNull()
      }
    }),
    { numRuns: 10_000 },
  )
  expect(moves).toBeGreaterThan(20_000)
}, 120_000)

function answerOf(one: Moment, work: TaskWork): Causes['answer'] {
  const { run, attempt, step, done, failed } = work
  const error = { code: 'Error', message: 'broken', permanent: one.kind === 'error' && one.permanent }
  if (one.kind === 'error') return { run, attempt, step, outcome: null, error }
  const next = one.kind === 'done' && one.next !== 'later' ? one.next : { afterSeconds: 10 }
  const counts = { done: done + 1, failed: failed + (one.kind === 'done' && one.failed ? 1 : 0), total: 100 }
  const outcome = { ...counts, cursor: step, next }
  if (one.kind === 'done') return { run, attempt, step, outcome, error: null }
  if (one.kind === 'late answer') return { run, attempt, step: step + 1, outcome, error: null }
  return null
}
