import type { Page } from 'playwright-core'

/** What the list of uploads has shown since it was watched. */
export interface Shown {
  /** For each file how much of it was told to be sent, from 0 to 1, in order. */
  readonly shares: Readonly<Record<string, readonly number[]>>
  /** How many were being sent at the same time at most. */
  readonly atOnce: number
}

/** Looks at the uploads of a page with every change of them. @returns what tells what was seen */
export async function watchUploads(page: Page): Promise<() => Promise<Shown>> {
  await page.evaluate(() => {
    const shares: Record<string, number[]> = {}
    const seen = { shares, atOnce: 0 }
    Object.assign(globalThis, { uploadsSeen: seen })
    const look = () => {
      const lines = [...document.querySelectorAll('li[data-state]')]
      const isSent = ({ dataset: { state } }: HTMLElement) => state === 'sending'
      seen.atOnce = Math.max(seen.atOnce, (lines as HTMLElement[]).filter(isSent).length)
      for (const line of lines) {
        const bar = line.querySelector('progress')
        const name = line.querySelector('[title]')?.getAttribute('title') ?? ''
        if (!bar) continue
        shares[name] ??= []
        if (shares[name].at(-1) !== bar.position) shares[name].push(bar.position)
      }
    }
    const changes = { attributes: true, childList: true, subtree: true }
    new MutationObserver(look).observe(document.body, changes)
  })
  return () => page.evaluate(() => (globalThis as unknown as { uploadsSeen: Shown }).uploadsSeen)
}
