import type { Page } from 'playwright-core'

/** Milliseconds from each key, click or tap to the paint that showed it, as the browser itself measured them. */
export interface Responsiveness {
  readonly slowest: number
  readonly median: number
  readonly p98: number
  /** Those that took 16 ms and more: of shorter ones browsers do not tell. */
  readonly interactions: number
  /** Where the time of the slowest went. */
  readonly worst: readonly string[]
}

interface Timing extends PerformanceEntry {
  readonly interactionId: number
  readonly processingStart: number
  readonly processingEnd: number
}

interface Interaction {
  readonly name: string
  readonly duration: number
  /** Milliseconds until the page heard of it, and until it had done what it does then. */
  readonly heard: number
  readonly done: number
}

type Measuring = typeof globalThis & { interactions: Map<number, Interaction> }

const SHOWN = 5

/** Begins to measure: call it once the page is there. */
export async function measure(page: Page): Promise<() => Promise<Responsiveness>> {
  await page.evaluate(() => {
    const interactions = new Map<number, Interaction>()
    Object.assign(globalThis, { interactions })
    new PerformanceObserver((list) => {
      // Entries of this type have an id; what is no interaction has 0.
      for (const entry of list.getEntries() as Timing[]) {
        const { interactionId, name, duration, startTime, processingStart, processingEnd } = entry
        if (interactionId === 0 || duration < (interactions.get(interactionId)?.duration ?? 0)) continue
        const [heard, done] = [processingStart - startTime, processingEnd - startTime]
        interactions.set(interactionId, { name, duration, heard, done })
      }
    }).observe({ type: 'event', durationThreshold: 16, buffered: false } as PerformanceObserverInit)
  })
  return async () => {
    // Entries come after the next paint.
    await page.waitForTimeout(1_000)
    const found = await page.evaluate(() => [...(globalThis as Measuring).interactions.values()])
    const sorted = found.sort((one, other) => one.duration - other.duration)
    const durations = sorted.map(({ duration }) => duration)
    const worst = sorted.slice(-SHOWN).map(({ name, duration, heard, done }) => {
      const parts = [heard, done - heard, duration - done].map(Math.round)
      return `${name} ${duration} ms: ${parts[0]} until heard, ${parts[1]} of work, ${parts[2]} until painted`
    })
    return {
      slowest: durations.at(-1) ?? 0,
      median: durations[Math.floor(durations.length / 2)] ?? 0,
      p98: durations[Math.ceil(durations.length * 0.98) - 1] ?? 0,
      interactions: durations.length,
      worst,
    }
  }
}
