import { tooManyRequests } from '@alta/kit/errors'

const WINDOW_MS = 60_000
/** Milliseconds that texts of one person are compared within a minute: hundreds of ordinary ones, or six that are all new. */
const MOST_MS = 3_000

/**
 * Runs a comparison of texts on behalf of somebody. While one runs this process does nothing else, and whoever approves,
 * takes it back and approves again could keep it at that.
 * @throws {Problem} 429 `too_much_to_compare`, which says when there is time again
 */
export type CompareFor = <Result>(userId: string, compare: () => Result) => Result

/** Measures it in this process; each has its own minute. */
export function comparingTime(now: () => number = () => performance.now()): CompareFor {
  const taken = new Map<string, { since: number; milliseconds: number }>()
  return (userId, compare) => {
    const began = now()
    // In the order in which their minutes began.
    for (const [one, { since }] of taken) {
      if (since > began - WINDOW_MS) break
      taken.delete(one)
    }
    const own = taken.get(userId) ?? { since: began, milliseconds: 0 }
    if (own.milliseconds >= MOST_MS) {
      const seconds = Math.ceil((own.since + WINDOW_MS - began) / 1000)
      throw tooManyRequests(
        'too_much_to_compare',
        `Your texts are so much that they took long to compare. Try again in ${seconds} s.`,
        { headers: { 'retry-after': String(seconds) } },
      )
    }
    taken.set(userId, own)
    try {
      return compare()
    } finally {
      own.milliseconds += now() - began
    }
  }
}
