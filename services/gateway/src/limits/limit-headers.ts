import { fullOf } from './counters.ts'
import type { Finding } from './limiter.ts'

const toSeconds = (microseconds: number): number => Math.ceil(microseconds / 1_000_000)

/**
 * `RateLimit` and `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers-10. A policy's quota is its burst and its
 * window the time in which all of that comes back, so that what remains is never more than the quota. Policies that
 * only watch are not told.
 */
export function limitHeaders(findings: readonly Finding[]): Record<string, string> {
  const told = findings.filter(({ policy }) => policy.enforced)
  if (told.length === 0) return {}
  const remaining = (one: Finding): number => Math.max(0, Math.floor((fullOf(one) - one.used) / one.interval))
  return {
    'ratelimit-policy': told
      .map((one) => `"${one.policy.name}";q=${one.burst};w=${toSeconds(fullOf(one))}`)
      .join(', '),
    ratelimit: told
      .map((one) => `"${one.policy.name}";r=${remaining(one)};t=${toSeconds(one.used)}`)
      .join(', '),
  }
}

/** Seconds until the request would fit, if nobody else took anything; 1 at least. */
export const secondsUntil = (findings: readonly Finding[]): number =>
  Math.max(
    1,
    ...findings
      .filter(({ fits, policy }) => !fits && policy.enforced)
      .map((one) => toSeconds(one.used + one.interval * one.cost - fullOf(one))),
  )
