/*
 * What the handlers of this process are doing and how long they have taken lately. Durations are counted in buckets,
 * each a tenth longer than the one before, so that those of several replicas can be added up and a quantile is at
 * most a twentieth off. Prometheus' histogram will not do: it counts since the start of the process.
 */

const FIRST_MS = 0.05
const RATIO = 1.1
/** The last one begins at an hour and takes everything longer. */
const BUCKETS = 190
/** What happened in the last minute, a sixth of which is forgotten every ten seconds. */
const SLICES = 6
const SLICE_MS = 10_000

/** Bucket and how many durations were in it, empty ones left out. */
export type Window = readonly (readonly [bucket: number, count: number])[]

export interface TopicActivity {
  handled: number
  failed: number
  inFlight: number
  /** Seconds that the oldest in flight has taken so far. */
  oldestSeconds: number | null
  window: Window
}

export interface Activity {
  /** A handler begins; the returned function is called at its end, however it ends. */
  begin(topic: string): () => void
  count(topic: string, outcome: 'handled' | 'failed', times?: number): void
  figures(): Record<string, TopicActivity>
}

interface Handler {
  handled: number
  failed: number
  /** In the order in which they began, so that the first one is the oldest. */
  inFlight: Set<{ since: number }>
  slices: { number: number; counts: Uint32Array }[]
}

/** @param now milliseconds on a clock that never goes back */
export function createActivity(now: () => number = () => performance.now()): Activity {
  const handlers = new Map<string, Handler>()

  function handlerOf(topic: string): Handler {
    let handler = handlers.get(topic)
    if (!handler) {
      const slices = Array.from({ length: SLICES }, () => ({ number: -1, counts: new Uint32Array(BUCKETS) }))
      handler = { handled: 0, failed: 0, inFlight: new Set(), slices }
      handlers.set(topic, handler)
    }
    return handler
  }

  function note({ slices }: Handler, milliseconds: number): void {
    const number = Math.floor(now() / SLICE_MS)
    const slice = slices[number % SLICES]
    if (!slice) return
    if (slice.number !== number) {
      slice.number = number
      slice.counts.fill(0)
    }
    const bucket = bucketOf(milliseconds)
    slice.counts[bucket] = (slice.counts[bucket] ?? 0) + 1
  }

  function windowOf({ slices }: Handler): Window {
    const oldest = Math.floor(now() / SLICE_MS) - SLICES
    const recent = slices.filter(({ number }) => number > oldest)
    return Array.from({ length: BUCKETS }, (_, bucket) => {
      return [bucket, recent.reduce((sum, { counts }) => sum + (counts[bucket] ?? 0), 0)] as const
    }).filter(([, count]) => count > 0)
  }

  return {
    begin(topic) {
      const handler = handlerOf(topic)
      const begun = { since: now() }
      handler.inFlight.add(begun)
      return () => {
        if (handler.inFlight.delete(begun)) note(handler, now() - begun.since)
      }
    },
    count(topic, outcome, times = 1) {
      handlerOf(topic)[outcome] += times
    },
    figures: () =>
      Object.fromEntries(
        Array.from(handlers, ([topic, handler]) => {
          const [oldest] = handler.inFlight
          const figures: TopicActivity = {
            handled: handler.handled,
            failed: handler.failed,
            inFlight: handler.inFlight.size,
            oldestSeconds: oldest ? (now() - oldest.since) / 1_000 : null,
            window: windowOf(handler),
          }
          return [topic, figures]
        }),
      ),
  }
}

const bucketOf = (milliseconds: number): number =>
  milliseconds <= FIRST_MS
    ? 0
    : Math.min(BUCKETS - 1, Math.ceil(Math.log(milliseconds / FIRST_MS) / Math.log(RATIO)))

/** Milliseconds that the given share of the durations did not exceed, over all windows; null when there are none. */
export function quantileOf(windows: readonly Window[], share: number): number | null {
  const counts = new Array<number>(BUCKETS).fill(0)
  for (const window of windows)
    for (const [bucket, count] of window) counts[bucket] = (counts[bucket] ?? 0) + count
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  let seen = 0
  const bucket = counts.findIndex((count) => {
    seen += count
    return seen >= share * total
  })
  // The middle of the bucket, rounded to what it can tell.
  return Number((FIRST_MS * RATIO ** (bucket - 0.5)).toPrecision(3))
}

/** Of this process; the inbox reports here what it does. */
export const activity = createActivity()
