import { mkdir } from 'node:fs/promises'
import { testConfig } from '@alta/kit/testing/config'
import axe from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core'
import { type Look, looks } from './looks.ts'
import { watch } from './watch.ts'

const screens = new URL('../../../docs/screens/', import.meta.url)

/** One window, with what went wrong in it so far. */
export interface Tab extends AsyncDisposable {
  readonly page: Page
  /** Errors of the console, violations of the page's policy, exceptions, files that did not come; oldest first. */
  readonly complaints: readonly string[]
}

export interface TestBrowser extends AsyncDisposable {
  /** A window of somebody who was never here: no cookies, nothing stored. @param more locale, scripts off, … */
  open(look?: Look, more?: BrowserContextOptions): Promise<Tab>
}

interface Habits {
  /** It has a microphone that beeps, and asks nobody whether it may be used. */
  readonly microphone?: true
  /** It keeps pages that one leaves, and shows them as they were when one goes back. */
  readonly keepsPages?: true
}

/** Starts Chromium: the one that bootstrap has found or installed (`TEST_CHROMIUM`). */
export async function launch({ microphone, keepsPages }: Habits = {}): Promise<TestBrowser> {
  const browser: Browser = await chromium.launch({
    executablePath: testConfig.TEST_CHROMIUM,
    // Chromium's sandbox refuses root, as which CI runs. The pages are our own.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      '--disable-dev-shm-usage',
      ...(microphone ? ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] : []),
    ],
    ...(keepsPages ? { ignoreDefaultArgs: ['--disable-back-forward-cache'] } : {}),
  })
  return {
    async open(look = 'light', more = {}) {
      const context = await browser.newContext({ locale: 'en', ...looks[look], ...more })
      // For what hangs: on a machine with other work a page takes half a minute.
      context.setDefaultTimeout(120_000)
      const page = await context.newPage()
      return { page, complaints: await watch(page), [Symbol.asyncDispose]: () => context.close() }
    },
    [Symbol.asyncDispose]: () => browser.close(),
  }
}

/**
 * Everything that is wrong with what a window shows now: what it complained of, what axe-core finds (WCAG 2.2 A and
 * AA, and its best practices), and whether one has to scroll sideways. Empty when all is well.
 */
export async function faultsOf({ page, complaints }: Tab): Promise<string[]> {
  // By the debugger's protocol, which no policy of a page concerns.
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() =>
    // Style sheets are read where they are: the page's policy lets nothing be fetched.
    (globalThis as unknown as { axe: typeof axe }).axe.run({ preload: false }),
  )
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  return [
    ...complaints,
    ...violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes.map(({ target }) => target.join(' ')).join(', ')} (${new URL(page.url()).pathname})`,
    ),
    ...(sideways > 0 ? [`wider than the window by ${sideways} pixels`] : []),
  ]
}

/**
 * Goes there with the Tab key, as somebody without a mouse does.
 * @throws when it cannot be reached, or one would not see that it was
 */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      const seen = await target.evaluate((element) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element)
        return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none'
      })
      if (!seen) throw new Error(`nothing shows that ${target} has the focus`)
      return
    }
    await page.keyboard.press('Tab')
  }
  throw new Error(`${target} cannot be reached with the Tab key`)
}

/** Goes to a field by the Tab key and types. */
export async function type(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, page.getByLabel(label, { exact: true }))
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type(text)
}

/** Goes to a button by the Tab key and presses it. */
export async function press(page: Page, name: string): Promise<void> {
  await tabTo(page, page.getByRole('button', { name, exact: true }))
  await page.keyboard.press('Enter')
}

/** A picture of the window for docs/screens/, which `make test-browser WRITE=1` alone writes. @param name without .png */
export async function shot(page: Page, name: string): Promise<void> {
  if (!testConfig.TEST_WRITE_SCREENS) return
  await mkdir(screens, { recursive: true })
  // What is still being fetched or unpacked would be a white field.
  await page.waitForFunction(() =>
    [...document.images].every((image) => image.complete || image.getBoundingClientRect().top > innerHeight),
  )
  await page.evaluate(() =>
    Promise.allSettled(
      [...document.images].filter(({ complete }) => complete).map((image) => image.decode()),
    ),
  )
  await page.screenshot({ path: new URL(`${name}.png`, screens).pathname, animations: 'disabled' })
}
