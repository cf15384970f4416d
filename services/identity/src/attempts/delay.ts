/** How often somebody may be wrong, and how long they are made to wait at most afterwards. */
export interface Allowance {
  /** The failure from which on the next attempt has to wait. */
  readonly failures: number
  readonly longestSeconds: number
}

/** @returns seconds between the latest failure and the next attempt: 1, then twice as long each time */
export const delayAfter = (failures: number, { failures: allowed, longestSeconds }: Allowance): number =>
  failures < allowed ? 0 : Math.min(longestSeconds, 2 ** (failures - allowed))

/** @param idleSeconds since the latest failure; less than 0 when the clock was set back */
export function secondsLeft(
  { failures, idleSeconds }: { failures: number; idleSeconds: number },
  allowance: Allowance,
): number {
  return Math.max(0, delayAfter(failures, allowance) - Math.max(0, idleSeconds))
}
