import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsOf, launch, type TestBrowser } from './support/browser.ts'
import { enter } from './support/enter.ts'
import { registerStaff } from './support/staff.ts'

// What `make test` looks at of the console; all of its pages are looked at by `make test-browser`.

let browser: TestBrowser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.[Symbol.asyncDispose]())

test('signing in by keyboard leads to every page of the bar, each without a fault, and leaves no token to scripts', async () => {
  const person = await registerStaff()
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, person, '/')
  await page.getByRole('heading', { level: 1 }).waitFor()
  expect(await faultsOf(tab)).toEqual([])

  const readable = await page.evaluate(async () =>
    JSON.stringify([
      document.cookie,
      { ...localStorage },
      { ...sessionStorage },
      (await indexedDB.databases()).map(({ name }) => name),
    ]),
  )
  expect(readable).not.toMatch(/eyJ|refresh-|[A-Za-z0-9_-]{40}/)

  const links = page.getByRole('navigation').getByRole('link')
  const places = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''))
  expect(places.length).toBeGreaterThan(5)
  const faults: Record<string, string[]> = {}
  for (const place of places) {
    await page.locator(`nav a[href="${place}"]`).click()
    await page.waitForURL((url) => url.pathname.replace(/\/$/, '') === place.replace(/\/$/, ''))
    await page.getByRole('heading', { level: 1 }).waitFor()
    faults[place] = await faultsOf(tab)
  }
  expect(faults).toEqual(Object.fromEntries(places.map((place) => [place, []])))
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(/\/console\/sign-in/)
})
