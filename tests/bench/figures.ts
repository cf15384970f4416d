/** Milliseconds of the machine's monotonic clock: comparable between processes, unlike `performance.now()`. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6

/** The value that the fraction `part` of all values do not exceed; NaN when there are none. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

/** Middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN
  return (lower + upper) / 2
}

/** Median of the rounds, and their range. */
export const rateCells = (rates: readonly number[]): string[] => [
  perSecond(median(rates)),
  `${perSecond(Math.min(...rates))} to ${perSecond(Math.max(...rates))}`,
]

export const milliseconds = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)

export const perSecond = (value: number): string => Math.round(value).toLocaleString('en')

/** Median of the ratios round by round, with the range: rounds beside each other had the same neighbours. */
export function ratio(ours: readonly number[], theirs: readonly number[]): string {
  const ratios = ours.map((value, round) => value / (theirs[round] ?? Number.NaN))
  const text = (value: number) => value.toPrecision(value >= 100 ? 3 : 2)
  return `${text(median(ratios))} × (${text(Math.min(...ratios))} to ${text(Math.max(...ratios))})`
}

/** Calls `work` for so many seconds, `callers` at once and `limit` times at most, and waits for those under way. */
export async function forSeconds(
  seconds: number,
  callers: number,
  work: () => Promise<unknown>,
  limit = Number.POSITIVE_INFINITY,
): Promise<{ count: number; perSecond: number }> {
  const began = now()
  let count = 0
  const caller = async () => {
    while (count < limit && now() - began < seconds * 1_000) {
      count++
      await work()
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return { count, perSecond: (count * 1_000) / (now() - began) }
}
