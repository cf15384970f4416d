/** A queue at one moment; see the tables. */
export interface QueueMoment {
  readonly at: Date
  readonly ready: number
  readonly unacknowledged: number | null
  readonly published: number | null
  readonly acknowledged: number | null
}

export interface QueueEstimate {
  /** Messages a second over the window; null where the broker does not count. */
  readonly publishRate: number | null
  readonly acknowledgeRate: number | null
  /** Age in seconds of the oldest message, good to the distance of two samples; null when it cannot be known. */
  readonly oldestSeconds: number | null
  /** At the rates of the window; 0 when empty, null when it does not shrink. */
  readonly secondsToDrain: number | null
}

const RATE_WINDOW_MS = 60_000

/**
 * What samples of a queue say about its movement. The broker tells no ages: the oldest message is as old as the moment
 * when the number that had come in by then passed the number that has left until now.
 * @param moments of one queue, oldest first
 */
export function estimateQueue(moments: readonly QueueMoment[]): QueueEstimate {
  const steady = sinceCountersBegan(moments)
  const now = steady.at(-1)
  if (!now) return { publishRate: null, acknowledgeRate: null, oldestSeconds: null, secondsToDrain: null }
  const depth = now.ready + (now.unacknowledged ?? 0)
  // Samples from before the broker began to tell have no counters.
  const from = steady.find(
    ({ at, published }) => published !== null && now.at.getTime() - at.getTime() <= RATE_WINDOW_MS,
  )
  const publishRate = rateBetween(from?.published, now.published, from?.at, now.at)
  const acknowledgeRate = rateBetween(from?.acknowledged, now.acknowledged, from?.at, now.at)
  const shrinking = (acknowledgeRate ?? 0) - (publishRate ?? 0)
  return {
    publishRate,
    acknowledgeRate,
    oldestSeconds: depth === 0 ? 0 : oldestOf(steady, now, depth),
    secondsToDrain: depth === 0 ? 0 : shrinking > 0 ? depth / shrinking : null,
  }
}

/** The broker's counters begin at zero again when it restarts: what lies before says nothing about what comes after. */
function sinceCountersBegan(moments: readonly QueueMoment[]): readonly QueueMoment[] {
  const restart = moments.findLastIndex(
    ({ published }, index) => (published ?? 0) < (moments[index - 1]?.published ?? 0),
  )
  return moments.slice(Math.max(0, restart))
}

function oldestOf(moments: readonly QueueMoment[], now: QueueMoment, depth: number): number | null {
  const age = ({ at }: QueueMoment) => (now.at.getTime() - at.getTime()) / 1000
  if (now.published === null) {
    // Without counters: since when it has not been seen empty.
    const empty = moments.findLastIndex(({ ready }) => ready === 0)
    const first = moments[empty + 1]
    return first ? age(first) : null
  }
  const left = now.published - depth
  const before = moments.findLastIndex(({ published }) => (published ?? 0) <= left)
  const first = moments[before + 1]
  return first ? age(first) : 0
}

function rateBetween(
  before: number | null | undefined,
  after: number | null,
  from: Date | undefined,
  to: Date,
): number | null {
  if (before === null || before === undefined || after === null || !from) return null
  const seconds = (to.getTime() - from.getTime()) / 1000
  return seconds > 0 ? Math.max(0, after - before) / seconds : null
}
