/*
 * When a retry goes on and when it stops itself, without a database: the same counts give the same verdict.
 * A step is over as soon as its verdict is certain, which is often before its last message has answered.
 */

/** The last step is judged in parts of at most this many, so that a thousand and one cannot fail before anybody looks. */
const LARGEST_STEP = 1_000

export interface StepCounts {
  /** Messages of the step. */
  readonly size: number
  readonly resolved: number
  readonly failed: number
}

export type Verdict = 'stop' | 'go on' | 'wait'

/**
 * @param threshold share of a step that may fail, 0 to 1
 * @returns `stop` once more have failed than may, `go on` once even the rest failing would not be too many
 */
export function judge({ size, resolved, failed }: StepCounts, threshold: number): Verdict {
  // Without the small addition 0.57 of 100 would be 56.
  const mayFail = Math.floor(size * threshold + 1e-9)
  if (failed > mayFail) return 'stop'
  return size - resolved <= mayFail || resolved + failed >= size ? 'go on' : 'wait'
}

/**
 * How many messages the step has that begins after `sent` of `total` messages.
 * @param sizes of the first steps; all that is left follows
 */
export function stepSize(sizes: readonly number[], step: number, left: number): number {
  return Math.min(sizes[step] ?? LARGEST_STEP, left)
}

/** How many may be sent now. A pause earns no more than one second's worth. */
export function allowance(perSecond: number, millisecondsSinceLast: number): number {
  return Math.floor((perSecond * Math.min(millisecondsSinceLast, 1_000)) / 1_000)
}

/** What is said when a retry stops itself. */
export function stopInWords(found: {
  step: number
  counts: StepCounts
  threshold: number
  total: number
  sent: number
}): string {
  const { size, failed, resolved } = found.counts
  const left = found.total - found.sent
  return (
    `Stopped by itself in step ${found.step + 1}: ${failed} of its ${size} ${plural(size, 'message')} failed again ` +
    `(${percent(failed / size)}, more than the limit of ${percent(found.threshold)}), ${resolved} succeeded. ` +
    `${found.sent} of ${found.total} were retried; ${left} ${left === 1 ? 'was' : 'were'} left alone.`
  )
}

const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`

export const plural = (count: number, word: string): string => (count === 1 ? word : `${word}s`)
