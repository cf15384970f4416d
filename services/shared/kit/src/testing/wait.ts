import { setTimeout as delay } from 'node:timers/promises'

/**
 * Waits until `probe` gives something other than undefined or false; what it throws counts as "not yet". A probe that
 * does not come back is not waited for: what hangs is named by `what` instead of a runner's "timed out".
 * @throws {Error} after `seconds`, with `what` and the last failure
 */
export async function eventually<Value>(
  what: string,
  probe: () => Promise<Value | undefined | false> | Value | undefined | false,
  seconds = 30,
): Promise<Value> {
  const end = Date.now() + seconds * 1_000
  let last: unknown
  const hung = delay(seconds * 1_000, undefined, { ref: false }).then(() => {
    throw new Error('the last look did not come back')
  })
  hung.catch(() => undefined)
  while (Date.now() < end) {
    try {
      const value = await Promise.race([probe(), hung])
      if (value !== undefined && value !== false) return value
    } catch (error) {
      last = error
    }
    await delay(50)
  }
  throw new Error(`did not happen within ${seconds} s: ${what}`, { cause: last })
}
