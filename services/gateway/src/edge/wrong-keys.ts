import { tooManyRequests } from '@alta/kit/errors'

const WINDOW_MS = 60_000
const MOST_WRONG = 20
const MOST_NETWORKS = 10_000

export interface WrongKeys {
  /**
   * Counts an unknown key of a network as wrong, until it has turned out not to be: so of many at once no more are asked
   * about than of many in a row.
   * @returns takes it back
   * @throws {Problem} 429 `too_many_attempts`
   */
  admit(network: string): () => void
}

/** What made-up keys may cost: twenty questions a minute for each network. Keys that are known are not counted. */
export function wrongKeys(now: () => number = Date.now): WrongKeys {
  const counted = new Map<string, { until: number; wrong: number }>()
  return {
    admit(network) {
      const found = counted.get(network)
      const count = found && found.until > now() ? found : { until: now() + WINDOW_MS, wrong: 0 }
      if (count.wrong >= MOST_WRONG) {
        const seconds = Math.max(1, Math.ceil((count.until - now()) / 1000))
        throw tooManyRequests('too_many_attempts', `Too many unknown keys. Try again in ${seconds} s.`, {
          headers: { 'retry-after': String(seconds) },
        })
      }
      count.wrong += 1
      // The oldest window first: it is the next to be over.
      if (count !== found) counted.delete(network)
      counted.set(network, count)
      const oldest = counted.keys().next()
      if (counted.size > MOST_NETWORKS && !oldest.done) counted.delete(oldest.value)
      return () => {
        count.wrong -= 1
      }
    },
  }
}
