import { randomUUID } from 'node:crypto'

/**
 * A UUID of version 7 (RFC 9562): 48 bits of Unix milliseconds, then random bits, so that ids of one
 * process sort by the millisecond in which they were made.
 */
export function randomUUIDv7(now = Date.now()): string {
  const time = now.toString(16).padStart(12, '0')
  // Node draws random bits for many of its own, of version 4, at once; behind the version the two are alike.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

/** Sorts before every UUID of version 7 that is made from `now` on. */
export function leastUUIDv7(now: number): string {
  const time = Math.max(0, now).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`
}
