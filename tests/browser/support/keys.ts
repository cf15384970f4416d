import type { Page } from 'playwright-core'

/** A keyboard that counts. */
export interface Keys {
  press(key: string): Promise<void>
  /** Character by character. */
  type(text: string): Promise<void>
  readonly count: number
}

export function keysOf(page: Page): Keys {
  let count = 0
  return {
    async press(key) {
      count += 1
      await page.keyboard.press(key)
    },
    async type(text) {
      count += [...text].length
      await page.keyboard.type(text)
    },
    get count() {
      return count
    },
  }
}
