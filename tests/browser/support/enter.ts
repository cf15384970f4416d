import { testConfig } from '@alta/kit/testing/config'
import { eventually } from '@alta/kit/testing/wait'
import type { Page } from 'playwright-core'
import type { Client } from '../../support/client.ts'
import { type } from './browser.ts'

/** Where the pages of the console are for somebody. @param path after `/console` */
export const consolePage = (person: Client, path: string): string =>
  `${testConfig.TEST_CONSOLE_URL || person.gateway}/console${path}`

/** Signs somebody in at the console's own page, by keyboard, on the way to where they want to. @param path after `/console` */
export async function enter(page: Page, person: Client, path: string): Promise<void> {
  await page.goto(consolePage(person, path))
  await page.waitForURL(/\/console\/sign-in/)
  await type(page, 'E-mail address', person.email)
  await type(page, 'Password', person.password)
  await page.keyboard.press('Enter')
  const { pathname } = new URL(path, person.gateway)
  // The start is told without its slash.
  const bare = (path: string) => path.replace(/\/$/, '')
  await page.waitForURL((url) => bare(url.pathname) === bare(`/console${pathname}`))
}

/** Waits until a page has what it asks for. */
export async function ready(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor()
  await eventually(
    'what the page asks for is there',
    async () => (await page.getByLabel('Loading…').count()) === 0,
  )
}
