// What a retry tells of itself while it goes, as its task's result has it: any JSON, so read with care.

export interface StepFigures {
  readonly sent: number
  readonly resolved: number
  readonly failed: number
}

export interface CanaryReport {
  readonly retriable: number
  readonly skipped: number
  readonly steps: readonly StepFigures[]
  /** Step that runs, from 1; `size` is 0 until it begins. */
  readonly current: { readonly step: number; readonly size: number }
  readonly pace: { readonly steps: readonly number[]; readonly threshold: number }
  /** Undefined while it runs. */
  readonly stopped: boolean | undefined
}

export type StepState = 'done' | 'running' | 'stopped' | 'ended' | 'waiting'

export interface CanaryStep extends StepFigures {
  readonly number: number
  /** Messages that it has, or will have when it is reached. */
  readonly size: number
  readonly state: StepState
}

/** @returns undefined for what is no report of a retry */
export function readReport(result: unknown): CanaryReport | undefined {
  if (!isRecord(result) || !Array.isArray(result.steps) || !isRecord(result.pace)) return undefined
  const { current, pace } = result
  const sizes = Array.isArray(pace.steps) ? pace.steps.map(numberOf) : []
  return {
    retriable: numberOf(result.retriable),
    skipped: numberOf(result.skipped),
    steps: result.steps.map((step: unknown) => {
      const figures = isRecord(step) ? step : {}
      return {
        sent: numberOf(figures.sent),
        resolved: numberOf(figures.resolved),
        failed: numberOf(figures.failed),
      }
    }),
    current: isRecord(current)
      ? { step: numberOf(current.step), size: numberOf(current.size) }
      : { step: 1, size: 0 },
    pace: { steps: sizes, threshold: numberOf(pace.threshold) },
    stopped: typeof result.stopped === 'boolean' ? result.stopped : undefined,
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)

/** The last part of a retry goes in portions of at most this many. */
const LARGEST_STEP = 1_000

/**
 * Every step, those to come as well.
 * @param isOver whether the task has ended, in whatever way
 */
export function stepsOf(report: CanaryReport, isOver: boolean): CanaryStep[] {
  const { steps, current, pace, stopped } = report
  const total = report.retriable - report.skipped
  const found: CanaryStep[] = []
  let before = 0
  for (let number = 1; before < total || number <= steps.length; number++) {
    const figures = steps[number - 1] ?? { sent: 0, resolved: 0, failed: 0 }
    const planned = Math.max(0, Math.min(pace.steps[number - 1] ?? LARGEST_STEP, total - before))
    const size =
      number === current.step && current.size > 0
        ? current.size
        : number < current.step
          ? figures.sent
          : planned
    found.push({ ...figures, number, size, state: stateOf(number, figures, size) })
    if (size === 0 && number > steps.length) break
    before += size
  }
  return found

  function stateOf(number: number, { sent, resolved, failed }: StepFigures, size: number): StepState {
    if (number < current.step) return 'done'
    if (number > current.step) return 'waiting'
    if (stopped === true) return 'stopped'
    if (!isOver) return 'running'
    return sent > 0 && resolved + failed >= size ? 'done' : 'ended'
  }
}

export const sumOf = (steps: readonly StepFigures[]): StepFigures =>
  steps.reduce(
    (all, { sent, resolved, failed }) => ({
      sent: all.sent + sent,
      resolved: all.resolved + resolved,
      failed: all.failed + failed,
    }),
    { sent: 0, resolved: 0, failed: 0 },
  )
