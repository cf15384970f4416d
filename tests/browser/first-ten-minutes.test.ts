import { readFile } from 'node:fs/promises'
import { eventually } from '@alta/kit/testing/wait'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Client } from '../support/client.ts'
import { faultsOf, launch, press, shot, type TestBrowser, tabTo, type } from './support/browser.ts'
import { fixesOf, type ReadWord, reviewOf, selectedWord } from './support/desk.ts'
import { consolePage, enter, ready } from './support/enter.ts'
import { sampleAccounts } from './support/sample-accounts.ts'

// docs/first-ten-minutes.md, as it is told there; its pictures are taken here.

let browser: TestBrowser
let user: Client
let administrator: Client
let projectId: string
/** A photo of a page in bad light, waiting for somebody. */
let photo: string

beforeAll(async () => {
  browser = await launch()
  ;({ user, administrator } = await sampleAccounts())
  const projects = await user.call('GET', '/api/v1/projects?limit=100')
  projectId = projects.body.items.find(({ name }: { name: string }) => name === 'Samples').id
  const { body } = await user.call('GET', `/api/v1/documents?projectId=${projectId}&limit=100`)
  const found = body.items.find(({ title }: { title: string }) => title === 'bad-photo.jpg')
  photo = found.id
  // Somebody may have been here before.
  if (found.status !== 'in_review') await user.call('POST', `/api/v1/documents/${photo}/reprocess`)
  await user.until('documents', photo, ['in_review'])
}, 600_000)
afterAll(() => browser?.[Symbol.asyncDispose]())

const goTo = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('navigation', { name: 'Menu' }).getByRole('link', { name }).click()
  await page.getByRole('heading', { level: 1, name }).waitFor()
  await ready(page)
}

/** Goes from one doubtful word to the next until there is one that is wrong. @returns what it should say */
async function findFault(page: Page, words: readonly ReadWord[], truth: string): Promise<string> {
  const fixes = fixesOf(words, truth)
  const seen = new Set<number>()
  for (;;) {
    const at = (await selectedWord(page)) ?? -1
    const fix = fixes.get(at)
    // One that can be searched for.
    if (fix && /^[A-Za-z]{3,}$/.test(fix)) return fix
    if (seen.has(at)) throw new Error(`none of ${seen.size} doubtful words is wrong`)
    seen.add(at)
    await page.keyboard.press('n')
  }
}

test('who is new signs in, corrects a photo, finds it, reads it from a program, and sees it counted', async () => {
  const began = performance.now()
  await using tab = await browser.open()
  const { page } = tab
  await page.goto(consolePage(user, '/'))
  await page.waitForURL(/\/sign-in/)
  await type(page, 'E-mail address', user.email)
  await type(page, 'Password', user.password)
  await shot(page, 'first-sign-in')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
  await ready(page)
  await shot(page, 'first-home')

  await goTo(page, 'Projects')
  await page.getByRole('row', { name: 'Samples' }).first().click()
  await page.getByRole('row', { name: 'bad-photo.jpg' }).waitFor()
  await shot(page, 'first-project')

  await goTo(page, 'Reviews')
  await page.getByRole('row', { name: 'bad-photo.jpg' }).first().waitFor()
  await shot(page, 'first-queue')
  await page.getByRole('row', { name: 'bad-photo.jpg' }).first().click()
  await page.getByRole('listbox').waitFor()
  const review = await reviewOf(user, projectId, photo)
  await page.waitForURL((url) => url.pathname.endsWith(review.id))
  await page.locator('img[alt^="Page"]').first().waitFor()
  await shot(page, 'first-desk')
  const truth = new URL('../../samples/bad-photo.truth.json', import.meta.url)
  const word = await findFault(page, review.words, JSON.parse(await readFile(truth, 'utf8')).text)
  await page.keyboard.press('Enter')
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type(word)
  await shot(page, 'first-fix')
  await page.keyboard.press('Enter')
  await page.getByText('Approve with 1 fix').waitFor()
  await page.keyboard.press('a')
  await page.getByText('Approved: bad-photo.jpg').waitFor()
  await ready(page)
  await shot(page, 'first-approved')
  expect(await faultsOf(tab)).toEqual([])

  await page.goto(consolePage(user, `/projects/${projectId}`))
  await page.getByLabel('Search title and text').fill(word)
  const found = page.getByRole('row', { name: 'bad-photo.jpg' })
  await page.waitForURL((url) => url.searchParams.get('q') === word)
  await found.getByText('Approved').waitFor()
  await ready(page)
  await shot(page, 'first-found')
  await found.click()
  await page.getByRole('heading', { level: 1, name: 'bad-photo.jpg' }).waitFor()
  await page.getByRole('main').getByText(word).first().waitFor()
  await shot(page, 'first-text')
  expect(await faultsOf(tab)).toEqual([])

  await page.getByRole('link', { name: 'Sample User' }).click()
  await page.getByRole('link', { name: 'API keys' }).click()
  await press(page, 'New API key')
  await type(page, 'What it is for', 'my first program')
  await tabTo(page, page.getByLabel('Read documents and recordings'))
  await page.keyboard.press('Space')
  await press(page, 'Create')
  const dialog = page.getByRole('dialog', { name: 'my first program' })
  await dialog.getByText('Copy the key now').waitFor()
  const program = new Client(user.gateway)
  program.token = (await dialog.locator('code').textContent()) ?? ''
  await page.keyboard.press('Escape')
  await page.getByText('Never used').first().waitFor()
  await shot(page, 'first-key')
  const read = await program.call('GET', `/api/v1/documents/${photo}`)
  expect(read.body.text).toContain(word)
  expect(await faultsOf(tab)).toEqual([])

  await eventually(
    'the approval is counted',
    async () => {
      const { body } = await user.call('GET', `/api/v1/analytics/reviewers?projectId=${projectId}`)
      return body.items.some(({ approved }: { approved: number }) => approved > 0)
    },
    60,
  )
  await goTo(page, 'Analytics')
  await shot(page, 'first-analytics')
  expect(await faultsOf(tab)).toEqual([])
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(/\/sign-in/)
  const seconds = (performance.now() - began) / 1_000
  console.info(`the newcomer's way took ${seconds.toFixed(0)} s`)
  expect(seconds).toBeLessThan(600)
})

test('who administers sees the mails that were not sent, and that nothing has failed', async () => {
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, administrator, '/')
  await goTo(page, 'Mail catcher')
  await type(page, 'Only to', user.email)
  await page.keyboard.press('Enter')
  const approved = page
    .getByRole('row', { name: /bad-photo\.jpg.*approved|approved.*bad-photo\.jpg/i })
    .first()
  await approved.waitFor()
  await approved.click()
  await page.getByRole('article').getByText('bad-photo.jpg').first().waitFor()
  await shot(page, 'first-mail')
  expect(await faultsOf(tab)).toEqual([])

  await goTo(page, 'Dead letters')
  const { body } = await administrator.call('GET', '/api/v1/dead-letters?limit=1')
  // On the tests' own platform another test may have made some.
  if (body.items.length === 0) {
    await page.getByText('Nothing has failed').waitFor()
    await shot(page, 'first-dead-letters')
  }
  expect(await faultsOf(tab)).toEqual([])
})

test('who makes an account of their own finds the mail that confirms it, and begins with a project', async () => {
  await using tab = await browser.open()
  const { page } = tab
  await page.goto(consolePage(user, '/'))
  await page.getByRole('link', { name: 'Create an account' }).click()
  await type(page, 'Name', 'Nora Newcomer')
  const email = `nora.${Date.now()}@example.org`
  const password = 'a long enough password of Nora'
  await type(page, 'E-mail address', email)
  await type(page, 'Password', password)
  await page.keyboard.press('Enter')
  await page.getByText('is not confirmed yet').waitFor()
  await page.getByText('Three first steps').waitFor()
  expect(await faultsOf(tab)).toEqual([])

  await page.goto(consolePage(user, '/mail'))
  await page.getByRole('row', { name: 'Welcome to Alta' }).click()
  const [opened] = await Promise.all([
    page.waitForEvent('popup'),
    page
      .getByRole('article')
      .getByRole('link', { name: /verify-email/ })
      .click(),
  ])
  await opened.getByLabel('E-mail address').fill(email)
  await opened.getByLabel('Password').fill(password)
  await opened.getByRole('button', { name: 'Confirm' }).click()
  await eventually('the address is confirmed', async () => {
    await page.goto(consolePage(user, '/'))
    await page.getByText('Three first steps').waitFor()
    return (await page.getByText('is not confirmed yet').count()) === 0
  })
})
