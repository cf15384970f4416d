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

test('focus goes through a page in the order in which it is read, is always seen, and nothing moves for who wants no motion', async () => {
  await using tab = await browser.open('light', { reducedMotion: 'reduce' })
  const { page } = tab
  await enter(page, await registerStaff(), '/projects')
  await page.getByRole('heading', { level: 1 }).waitFor()
  // From the top: what was done to sign in has left the focus somewhere.
  await page.reload()
  await page.getByRole('heading', { level: 1 }).waitFor()
  const visited: { area: string; row: number; isSeen: boolean }[] = []
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    const place = await page.evaluate(() => {
      const element = document.activeElement
      if (!element || element === document.body) return undefined
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element)
      return {
        area: element.closest('nav') ? 'nav' : element.closest('main') ? 'main' : 'around',
        row: Math.round(element.getBoundingClientRect().top + scrollY),
        isSeen: (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none',
      }
    })
    if (!place) break
    visited.push(place)
  }
  const rowsOf = (area: string) => visited.filter((each) => each.area === area).map(({ row }) => row)
  expect(rowsOf('nav').length).toBeGreaterThan(10)
  expect(rowsOf('main').length).toBeGreaterThan(0)
  expect(rowsOf('nav')).toEqual(rowsOf('nav').toSorted((one, other) => one - other))
  const areas = visited.map(({ area }) => area)
  expect(areas.lastIndexOf('nav')).toBeLessThan(areas.indexOf('main'))
  expect(visited.filter(({ isSeen }) => !isSeen)).toEqual([])
  const moving = await page.evaluate(
    () =>
      document.getAnimations().filter(({ effect }) => Number(effect?.getComputedTiming().duration) > 0)
        .length,
  )
  expect(moving).toBe(0)
})
