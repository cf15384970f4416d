/** One handler now, and what is known of it from before. */
export interface HandlerMoment {
  readonly inFlight: number
  /** Since the oldest of those in flight was delivered; null when none is. */
  readonly oldestInFlightSeconds: number | null
  /** What it takes as a rule, milliseconds; null when it was never seen at work. */
  readonly p95Ms: number | null
  /** Since it was last seen to finish anything; null when it was never. */
  readonly idleSeconds: number | null
}

export interface StuckRule {
  /** Times its own p95 that a message may be in flight while nothing is finished. */
  readonly factor: number
  /** Seconds below which nothing counts as stuck: a pause of the database is not. */
  readonly floorSeconds: number
  /** For a handler that was never seen at work. */
  readonly unknownSeconds: number
}

/**
 * Whether a handler is stuck: something is in flight and nothing was finished for longer than it ever takes. A busy
 * handler goes on finishing, and a slow one is measured by its own slowness; neither is called stuck.
 */
export function isStuck(moment: HandlerMoment, rule: StuckRule): boolean {
  const { inFlight, oldestInFlightSeconds, p95Ms, idleSeconds } = moment
  if (inFlight === 0 || oldestInFlightSeconds === null) return false
  const patience =
    p95Ms === null ? rule.unknownSeconds : Math.max(rule.floorSeconds, (rule.factor * p95Ms) / 1000)
  return oldestInFlightSeconds > patience && (idleSeconds === null || idleSeconds > patience)
}
