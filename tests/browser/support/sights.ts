import type { Client } from '../../support/client.ts'
import { faultsOf, shot, type Tab } from './browser.ts'
import { consolePage, ready } from './enter.ts'
import { type Look, named } from './looks.ts'

/** What a picture of a page is called, and where the page is. */
export type Sight = readonly [name: string, path: string]

/** Goes to each page, and takes its picture. @returns what is wrong with those with which something is */
export async function seeAll(
  tab: Tab,
  person: Client,
  look: Look,
  sights: readonly Sight[],
): Promise<Record<string, string[]>> {
  const faults: Record<string, string[]> = {}
  for (const [name, path] of sights) {
    await tab.page.goto(consolePage(person, path))
    await ready(tab.page)
    await shot(tab.page, named(name, look))
    const found = await faultsOf(tab)
    if (found.length > 0) faults[name] = found
  }
  return faults
}
