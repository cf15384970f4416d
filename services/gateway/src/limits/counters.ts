/** What is asked of one counter. Times are in microseconds. */
export interface Ask {
  /** Names the counter. */
  key: string
  /** Until one unit has come back. */
  interval: number
  /** Units it holds: what may be taken at once. */
  burst: number
  /** Units asked for. */
  cost: number
  /** False: it only watches, and refuses nobody. */
  enforced: boolean
}

export interface Counted {
  /** Whether the counter had enough. */
  fits: boolean
  /** What is in use after the decision: until all of it has come back. */
  used: number
}

/** Takes from all counters or, when one that may refuse has too little, from none. */
export type TakeFromAll = (asks: readonly Ask[]) => Promise<Counted[]>

/** Reads a clock in microseconds. */
export type Clock = () => number

export const monotonic: Clock = () => performance.now() * 1_000

/** What a counter can have in use at most. */
export const fullOf = ({ interval, burst }: Pick<Ask, 'interval' | 'burst'>): number => interval * burst

/** Enough for every caller of a busy minute; each takes some hundred bytes. */
const MOST_KEPT = 50_000

/**
 * Counters in this process: the same arithmetic as take-from-all.lua, which a test holds beside it. When there are too
 * many, the oldest are forgotten, and whose they were may take anew: memory that callers decide about would be worse.
 */
export function processCounters(clock: Clock = monotonic): (asks: readonly Ask[]) => Counted[] {
  /** Key → when all that was taken will have come back. */
  const moments = new Map<string, number>()

  return (asks) => {
    const now = clock()
    const rows = asks.map((ask) => {
      const used = Math.min(Math.max((moments.get(ask.key) ?? now) - now, 0), fullOf(ask))
      const wanted = used + ask.interval * ask.cost
      return { ask, used, wanted, fits: wanted <= fullOf(ask) }
    })
    const refused = rows.some(({ ask, fits }) => ask.enforced && !fits)
    return rows.map(({ ask, used, wanted, fits }) => {
      if (!fits || refused) return { fits, used }
      moments.delete(ask.key)
      moments.set(ask.key, now + wanted)
      const [oldest] = moments.keys()
      if (moments.size > MOST_KEPT && oldest !== undefined) moments.delete(oldest)
      return { fits, used: wanted }
    })
  }
}
