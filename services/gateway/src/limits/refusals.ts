import { type Ask, type Clock, type Counted, fullOf, monotonic } from './counters.ts'

const MOST_KEPT = 10_000

/**
 * Remembers counters that were found too low, so that a flood costs no calls. What is in use there can only have
 * become less by the time that has passed, or more by what others took: who does not fit now would be refused anyway.
 */
export function refusals(clock: Clock = monotonic) {
  const known = new Map<string, { used: number; at: number }>()

  return {
    /** @returns what is known of a counter that has too little for this */
    find(ask: Ask): Counted | undefined {
      const found = known.get(ask.key)
      if (!found) return undefined
      const used = found.used - (clock() - found.at)
      if (used + ask.interval * ask.cost > fullOf(ask)) return { fits: false, used }
      if (used <= 0) known.delete(ask.key)
      return undefined
    },
    /** @param at before the counter was asked, so that nobody is refused for longer than it would */
    note({ key }: Ask, { used }: Counted, at: number): void {
      known.delete(key)
      known.set(key, { used, at })
      const [oldest] = known.keys()
      if (known.size > MOST_KEPT && oldest !== undefined) known.delete(oldest)
    },
  }
}
