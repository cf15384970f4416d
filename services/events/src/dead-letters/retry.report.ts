import { number } from './dry-run.ts'
import type { Pace } from './retry.params.ts'
import type { StepFigures } from './retry.repository.ts'
import type { RetryCursor } from './retry.run.ts'

// What a retry says of itself, in figures and in words.

export const sum = (steps: readonly StepFigures[]): StepFigures =>
  steps.reduce(
    (all, step) => ({
      sent: all.sent + step.sent,
      resolved: all.resolved + step.resolved,
      failed: all.failed + step.failed,
    }),
    { sent: 0, resolved: 0, failed: 0 },
  )

/** Figures of a task: what could not be sent counts as failed; what somebody else has dealt with does not count. */
export function totals({ tally: found, phase }: RetryCursor, steps: readonly StepFigures[]) {
  const { resolved, failed } = sum(steps)
  const total = phase === 'selecting' ? null : found.retriable + found.invalid - found.skipped
  return { done: resolved, failed: failed + found.invalid, total }
}

/** Told after each portion, so that a retry can be watched step by step, and what it was told to do with it. */
export function resultOf(
  { tally: found, step, size }: RetryCursor,
  steps: readonly StepFigures[],
  pace: Pace,
) {
  const { sent, resolved, failed } = sum(steps)
  return {
    ...found,
    retried: sent,
    resolved,
    failedAgain: failed,
    unanswered: sent - resolved - failed,
    leftAlone: found.retriable - found.skipped - sent,
    steps: steps.map((one) => ({ ...one })),
    current: { step: step + 1, size },
    pace: { ...pace, steps: [...pace.steps] },
  }
}

export const stepInWords = (step: number, { sent, resolved, failed }: StepFigures): string =>
  `Step ${step + 1}: ${number(sent)} sent, ${number(resolved)} succeeded, ${number(failed)} failed again; going on.`

export function doneInWords(state: RetryCursor, steps: readonly StepFigures[]): string {
  const { sent, resolved, failed } = sum(steps)
  const silent = sent - resolved - failed
  const words = `${number(sent)} retried: ${number(resolved)} succeeded, ${number(failed)} failed again`
  const unanswered = silent > 0 ? `, ${number(silent)} without an answer` : ''
  const invalid = state.tally.invalid > 0 ? `, ${number(state.tally.invalid)} not valid and not sent` : ''
  return `${words}${unanswered}${invalid}.`
}

export const silentInWords = (silent: number, { patienceSeconds }: Pace): string =>
  `Of those, ${number(silent)} had not answered within ${number(patienceSeconds)} s.`
