import type { Page } from 'playwright-core'

/** Milliseconds from each key, click or tap to the paint that showed it, as the browser itself measured them. */
export interface Responsiveness {
  readonly slowest: number
  readonly median: number
  readonly p98: number
  /** Those that took 16 ms and more: of shorter ones browsers do not tell. */
  readonly interactions: number
}

/** Begins to measure: call it once the page is there. */
export async function measure(page: Page): Promise<() => Promise<Responsiveness>> {
  await page.evaluate(() => {
    const durations = new Map<number, number>()
    Object.assign(globalThis, { interactionDurations: durations })
    new PerformanceObserver((list) => {
      // Entries of this type have an id; what is no interaction has 0.
      for (const entry of list.getEntries() as (PerformanceEntry & { interactionId: number })[]) {
        if (entry.interactionId === 0) continue
        durations.set(entry.interactionId, Math.max(entry.duration, durations.get(entry.interactionId) ?? 0))
      }
    }).observe({ type: 'event', durationThreshold: 16, buffered: false } as PerformanceObserverInit)
  })
  return async () => {
    // Entries come after the next paint.
    await page.waitForTimeout(1_000)
    const found = await page.evaluate(() => [
      ...(
        globalThis as unknown as { interactionDurations: Map<number, number> }
      ).interactionDurations.values(),
    ])
    const sorted = found.sort((one, other) => one - other)
    return {
      slowest: sorted.at(-1) ?? 0,
      median: sorted[Math.floor(sorted.length / 2)] ?? 0,
      p98: sorted[Math.ceil(sorted.length * 0.98) - 1] ?? 0,
      interactions: sorted.length,
    }
  }
}
