import type { BrowserContextOptions } from 'playwright-core'

/** Windows that every page has to be at home in. */
export const looks = {
  light: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  /** A small phone; at 320 CSS pixels WCAG 1.4.10 allows no scrolling sideways. */
  narrow: { viewport: { width: 320, height: 640 }, colorScheme: 'light' },
} as const satisfies Record<string, BrowserContextOptions>

export type Look = keyof typeof looks

export const everyLook = Object.keys(looks) as Look[]

/** Name of the picture of a page in this window; the light one has the page's own. */
export const named = (name: string, look: string): string => (look === 'light' ? name : `${name}-${look}`)
