import { randomUUID } from 'node:crypto'
import type { StepOutcome, TaskState } from '@alta/contracts/resources/task'
import { mayMove } from './task.machine.ts'
import { type Position, samePosition, type TaskWork, withPace } from './task.work.ts'

export interface Rules {
  /** Further attempts after a failure that may mend. */
  maxRetries: number
  /** Seconds before the first of them; doubled for each one after it. */
  retrySeconds: number
}

const LONGEST_RETRY_SECONDS = 300

/** What a step answered, with the step that was meant. */
export interface Answer extends Position {
  outcome: StepOutcome | null
  error: { code: string; message: string; permanent: boolean } | null
}

/** Everything that can make a task go on, as its record holds it. */
export interface Causes {
  answer: Answer | null
  /** When a cancellation that has been asked for must be over; null when none has. */
  cancelBy: Date | null
  retry: 'all' | 'failed' | null
  /** Of the task's type; undefined when no service has announced it. */
  stepSeconds: number | undefined
}

export interface Decision {
  /** Each state that the task passes through, the last one being where it stays; none when only its progress grew. */
  passed: TaskWork[]
  work: TaskWork
  log: string[]
}

/**
 * What becomes of a task now. Pure: the same task, causes and time lead to the same states, so a turn that was
 * broken off can be taken again.
 */
export function decide(before: TaskWork, causes: Causes, rules: Rules, now: Date): Decision {
  const passed: TaskWork[] = []
  const log: string[] = []
  let work = before

  const change = (changes: Partial<TaskWork>) => {
    work = { ...work, ...changes, version: work.version + 1 }
  }
  const pass = (to: TaskState, changes: Partial<TaskWork> = {}) => {
    // A mistake of this file and never of a caller: their requests are refused before they become causes.
    if (!mayMove(work.state, to)) throw new Error(`decided to move a task from ${work.state} to ${to}`)
    change({ ...changes, state: to, transitionId: randomUUID() })
    passed.push(work)
  }
  const end = (to: 'completed' | 'failed' | 'cancelled', changes: Partial<TaskWork> = {}) =>
    pass(to, { ...changes, waiting: null, dueAt: null, finishedAt: now.toISOString() })
  const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1_000).toISOString()

  function fail(error: { code: string; message: string; permanent: boolean }): void {
    const { code, message, permanent } = error
    end('failed', { error: { code, message }, permanent })
    log.push(`failed: ${message}`)
    if (permanent) return
    const waits = Math.min(rules.retrySeconds * 2 ** (work.attempt - 1), LONGEST_RETRY_SECONDS)
    const isLast = work.attempt > rules.maxRetries
    pass('retrying', { dueAt: isLast ? now.toISOString() : inSeconds(waits), finishedAt: null })
    if (isLast) giveUp()
    else log.push(`tries again in ${waits} s`)
  }
  function giveUp(): void {
    end('failed')
    log.push(`gave up after ${work.attempt} attempts`)
  }
  const nobodyThere = () =>
    fail({ code: 'unknown_task_type', message: `no service carries out ${work.type}`, permanent: false })

  /** To running, with the step that is due now asked for. */
  function go(changes: Partial<TaskWork>): void {
    pass('running', {
      startedAt: work.startedAt ?? now.toISOString(),
      finishedAt: null,
      error: null,
      pace: [],
      ...changes,
      waiting: 'step',
      dueAt: inSeconds(causes.stepSeconds ?? 0),
    })
    if (causes.stepSeconds === undefined) nobodyThere()
  }

  function take({ outcome, error }: Answer): void {
    if (!outcome) {
      fail(error ?? { code: 'no_outcome', message: 'the step has answered nothing', permanent: true })
      return
    }
    const { done, failed, total, cursor, next, result } = outcome
    change({
      ...{ done, failed, total, cursor },
      heardAt: now.toISOString(),
      pace: withPace(work.pace, done + failed, now),
      ...(result === undefined ? {} : { result }),
    })
    if (next === 'end') {
      const error = { code: 'items_failed', message: `${failed} of ${total ?? done + failed} failed` }
      if (failed > 0) end('failed', { error, permanent: true })
      else end('completed', { error: null })
      log.push(failed > 0 ? `ended: ${error.message}` : `completed: ${done} done`)
    } else if (causes.cancelBy) {
      end('cancelled')
      log.push('cancelled after the step that was running')
    } else {
      const pause = next === 'now' ? undefined : inSeconds(next.afterSeconds)
      // Attempts count from the last success: a task of ten thousand steps may stumble more than a few times.
      change({ step: work.step + 1, attempt: 1, waiting: 'pause', dueAt: pause ?? now.toISOString() })
      if (pause === undefined) ask()
    }
  }

  function ask(): void {
    if (causes.stepSeconds === undefined) nobodyThere()
    else change({ waiting: 'step', dueAt: inSeconds(causes.stepSeconds) })
  }

  function retry(what: 'all' | 'failed'): void {
    const brokenOff = work.error?.code !== 'items_failed'
    pass('retrying', { dueAt: now.toISOString(), finishedAt: null })
    if (what === 'failed' && brokenOff) {
      log.push('goes on where it had failed')
      go({ attempt: 1 })
      return
    }
    const anew = { cursor: null, done: 0, failed: 0, total: null, result: null, startedAt: now.toISOString() }
    const repeats = what === 'failed' ? work.run : null
    const total = what === 'failed' ? work.failed : null
    log.push(what === 'failed' ? `tries the ${work.failed} again that had failed` : 'begins again')
    go({ ...anew, total, repeats, run: work.run + 1, attempt: 1, step: 1 })
  }

  const isDue = work.dueAt !== null && new Date(work.dueAt) <= now
  const answer = causes.answer && samePosition(causes.answer, work) ? causes.answer : null

  if (work.state === 'pending') {
    if (causes.cancelBy) end('cancelled')
    else go({})
  } else if (work.state === 'running') {
    if (work.waiting === 'step' && answer) take(answer)
    else if (causes.cancelBy && (work.waiting === 'pause' || causes.cancelBy <= now)) {
      log.push(work.waiting === 'step' ? 'cancelled without waiting any longer for its step' : 'cancelled')
      end('cancelled')
    } else if (isDue && work.waiting === 'step') {
      fail({
        code: 'step_timed_out',
        message: `step ${work.step} was not answered in time`,
        permanent: false,
      })
    } else if (isDue) ask()
  } else if (work.state === 'retrying') {
    if (causes.cancelBy) end('cancelled')
    else if (isDue && work.attempt > rules.maxRetries) giveUp()
    else if (isDue) go({ attempt: work.attempt + 1 })
  } else if (work.state === 'failed' && causes.retry) {
    retry(causes.retry)
  }
  if (before.state === 'running' && work.state === 'retrying' && causes.cancelBy) end('cancelled')
  return { passed, work, log }
}

/** When a task must be looked at again; null when only a request can bring it on. */
export function nextLook({ dueAt, waiting }: TaskWork, cancelBy: Date | null): Date | null {
  const due = dueAt === null ? null : new Date(dueAt)
  if (!cancelBy || waiting !== 'step') return due
  return due === null || cancelBy < due ? cancelBy : due
}
