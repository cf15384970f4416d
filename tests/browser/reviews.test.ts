import { readFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { eventually } from '@alta/kit/testing/wait'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../support/client.ts'
import { formWith } from '../support/client.ts'
import { linesPdf, wrapped } from '../support/lines-pdf.ts'
import { faultsOf, launch, shot, type TestBrowser, tabTo } from './support/browser.ts'
import {
  characterErrors,
  fixesOf,
  readReview,
  reviewOf,
  rewrite,
  selectedWord,
  walkTo,
} from './support/desk.ts'
import { consolePage, enter } from './support/enter.ts'
import { keysOf } from './support/keys.ts'
import { everyLook } from './support/looks.ts'
import { measure } from './support/responsiveness.ts'
import { registerPerson } from './support/staff.ts'

// The desk, as reviewers have it before them.

const samples = new URL('../../samples/', import.meta.url)
const sample = (name: string): string => new URL(name, samples).pathname
const truthOf = async (name: string): Promise<string> =>
  JSON.parse(await readFile(sample(`${name}.truth.json`), 'utf8')).text

/** Every word of which the machine is not nearly certain is looked at. */
const strict = { minimumConfidence: 0.5, minimumWordConfidence: 0.85, secondReviewer: false }
/** Nothing is approved by the machine, and words of which it is nearly certain are looked at too. */
const thorough = { ...strict, minimumConfidence: 1, minimumWordConfidence: 0.95 }
const everything = { minimumConfidence: 1, minimumWordConfidence: 1, secondReviewer: false }

let browser: TestBrowser
let ann: Client
let ben: Client
beforeAll(async () => {
  browser = await launch()
  ann = await registerPerson('Ann Archer')
  ben = await registerPerson('Ben Brook')
})
afterAll(() => browser?.[Symbol.asyncDispose]())

/** A project of Ann's in which Ben reviews too. */
async function project(name: string, review: object = strict): Promise<string> {
  const id = await ann.project({ name, review })
  const added = await ann.call('PUT', `/api/v1/projects/${id}/members/${ben.userId}`, { role: 'reviewer' })
  if (added.status !== 200) throw new Error(`Ben is no member: ${JSON.stringify(added.body)}`)
  return id
}

/** Uploads files and waits until each lies in review. @returns ids of what was uploaded, in the order of the files */
async function inReview(projectId: string, ...files: string[]): Promise<string[]> {
  const ids: string[] = []
  for (const file of files) {
    const kind = /\.(wav|ogg)$/.test(file) ? 'voice-samples' : 'documents'
    const { body } = await ann.upload(projectId, kind, sample(file))
    await ann.until(kind, body.id, ['in_review'], 280)
    ids.push(body.id)
  }
  return ids
}

const deskIsOpen = (page: Page, id: string) =>
  page.waitForURL((url) => url.pathname === `/console/reviews/${id}`).then(() => listbox(page).waitFor())
const listbox = (page: Page) => page.getByRole('listbox')

test('a scanned document is reviewed by keyboard alone, from the first word to the end of the queue', async () => {
  const projectId = await project('Minutes', thorough)
  const [scan = '', letter = ''] = await inReview(projectId, 'scan.pdf', 'letter.png')
  const [first, second] = [await reviewOf(ann, projectId, scan), await reviewOf(ann, projectId, letter)]
  const order = first.confidence <= second.confidence ? [first, second] : [second, first]
  const truth = { [first.id]: await truthOf('scan'), [second.id]: await truthOf('letter') }

  await using tab = await browser.open()
  const { page } = tab
  await enter(page, ann, `/reviews?project=${projectId}`)
  await page.getByRole('table').waitFor()
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'reviews')
  await page.keyboard.press('s')

  for (const [place, item] of order.entries()) {
    const review = await readReview(ann, item.id)
    await deskIsOpen(page, item.id)
    expect(await faultsOf(tab)).toEqual([])
    const fixes = fixesOf(review.words, truth[item.id] ?? '')
    const keys = keysOf(page)
    const began = performance.now()
    const seen = new Set<number>()
    // Doubtful words first, each as it comes.
    while (seen.size < review.uncertainWords.length) {
      const at = await selectedWord(page)
      if (at === undefined || seen.has(at)) throw new Error(`stuck at ${at} after ${seen.size} words`)
      seen.add(at)
      const fix = fixes.get(at)
      if (fix === undefined) await keys.press('n')
      else await rewrite(keys, fix)
      if (seen.size === 8 && item === first) await shot(page, 'review-document')
    }
    // What the machine was wrong about and sure of.
    for (const [index, fix] of fixes) {
      if (seen.has(index)) continue
      await walkTo(page, keys, index, review.words)
      await rewrite(keys, fix)
    }
    const wanted = review.words.map(({ text }: { text: string }, index: number) => fixes.get(index) ?? text)
    await keys.press('a')
    const pressed = performance.now()
    const next = order[place + 1]
    if (next) await deskIsOpen(page, next.id)
    else await page.waitForURL(/\/console\/reviews\/done/)
    const opened = performance.now() - pressed
    const seconds = (pressed - began) / 1000
    const settled = await ann.until('documents', item.subjectId, ['approved'])
    expect(settled.text?.split(/\s+/)).toEqual(wanted.join(' ').split(/\s+/).filter(Boolean))
    console.info(
      `review by keyboard: ${review.words.length} words, ${review.uncertainWords.length} doubtful, ${fixes.size} fixed, ` +
        `${keys.count} keys, ${seconds.toFixed(1)} s; next open after ${opened.toFixed(0)} ms; wrong characters ` +
        `${(100 * characterErrors(review.text, truth[item.id] ?? '')).toFixed(2)} % before, ` +
        `${(100 * characterErrors(settled.text ?? '', truth[item.id] ?? '')).toFixed(2)} % after (load ${loadavg()[0]?.toFixed(1)})`,
    )
  }
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'reviews-done')

  // The last verdict is taken back: the text is the machine's again, and the work is there to go on with.
  const last = order.at(-1)
  const before = last.text
  await page.keyboard.press('u')
  await deskIsOpen(page, last.id)
  expect((await readReview(ann, last.id)).text).toBe(before)
  await ann.until('documents', last.subjectId, ['in_review'])
  const changed = fixesOf(last.words, truth[last.id] ?? '').size
  const approve = page.getByRole('button', { name: /^Approve/ })
  expect(await approve.textContent()).toContain(changed > 0 ? `${changed} fix` : 'Approve')
  expect(await faultsOf(tab)).toEqual([])
})

test('who comes second sees within a second that somebody works on the item, and cannot overwrite it', async () => {
  const projectId = await project('Two at once')
  const [letter = ''] = await inReview(projectId, 'bad-photo.jpg')
  const { id } = await reviewOf(ann, projectId, letter)
  await using mine = await browser.open()
  await using theirs = await browser.open()
  await enter(mine.page, ann, `/reviews/${id}`)
  await enter(theirs.page, ben, `/reviews/${id}`)
  await Promise.all([listbox(mine.page).waitFor(), listbox(theirs.page).waitFor()])
  // Who came first hears of it with their next sign of life.
  await mine.page.getByText('Also here: Ben').waitFor()

  const claimed = mine.page.waitForResponse(
    (response) => response.url().endsWith(`/reviews/${id}/claim`) && response.request().method() === 'POST',
  )
  await rewrite(keysOf(mine.page), 'Ann')
  await claimed
  const began = performance.now()
  await theirs.page.getByText('Somebody works on it').waitFor({ timeout: 30_000 })
  const milliseconds = performance.now() - began
  await theirs.page.getByText('Ann Archer').first().waitFor()
  console.info(
    `claim told to the other browser after ${milliseconds.toFixed(0)} ms (load ${loadavg()[0]?.toFixed(1)})`,
  )

  expect(await theirs.page.getByRole('button', { name: /^Approve/ }).isDisabled()).toBe(true)
  await theirs.page.keyboard.press('Enter')
  await theirs.page.keyboard.press('a')
  expect(await theirs.page.getByLabel('Word', { exact: true }).count()).toBe(0)
  expect(await faultsOf(theirs)).toEqual([])
  await shot(theirs.page, 'review-taken')

  await mine.page.keyboard.press('a')
  await ann.until('documents', letter, ['approved'])
  await theirs.page.getByText('Approved', { exact: true }).first().waitFor()
  const { rounds } = await readReview(ben, id)
  expect(rounds.map(({ by }: { by: string }) => by)).toEqual([ann.userId])
})

test('what is typed without a connection is kept, also over a reload; what somebody else decided meanwhile is not overwritten', async () => {
  const projectId = await project('Away')
  const [letter = ''] = await inReview(projectId, 'bad-photo.jpg')
  const { id } = await reviewOf(ann, projectId, letter)
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, ann, `/reviews/${id}`)
  await listbox(page).waitFor()
  const keys = keysOf(page)
  const changed = listbox(page).locator('[data-state=changed]')

  await page.context().setOffline(true)
  await rewrite(keys, 'one')
  await rewrite(keys, 'two')
  await page.getByText('No connection').waitFor()
  expect(await changed.count()).toBe(2)
  await page.context().setOffline(false)
  // Back, the item is claimed by itself for the work that there is.
  await page.getByText('Yours', { exact: true }).waitFor()
  expect((await readReview(ann, id)).claimedBy).toBe(ann.userId)
  await page.reload()
  await listbox(page).waitFor()
  expect(await changed.allTextContents()).toEqual(['one', 'two'].toSorted())

  await page.context().setOffline(true)
  await page.getByText('No connection').waitFor()
  await ann.call('POST', `/api/v1/reviews/${id}/release`)
  await ben.call('POST', `/api/v1/reviews/${id}/claim`)
  const words = (await readReview(ben, id)).words
  const correction = { index: 0, before: words[0].text, after: 'Ben' }
  const decided = await ben.call('POST', `/api/v1/reviews/${id}/approve`, { corrections: [correction] })
  expect(decided.body.status).toBe('approved')
  await rewrite(keys, 'three')
  await page.context().setOffline(false)
  await page.getByText('This was decided without your changes').waitFor()
  expect(await page.getByRole('cell', { name: 'one', exact: true }).count()).toBe(1)
  await shot(page, 'review-overtaken')
  const complaints = tab.complaints.filter((each) => !/ERR_INTERNET_DISCONNECTED|WebSocket/.test(each))
  expect(complaints).toEqual([])
  const { text, rounds } = await readReview(ann, id)
  expect(text.startsWith('Ben')).toBe(true)
  expect(rounds).toHaveLength(1)
})

test('the second reviewer works blind, and both see afterwards in how far they agree', async () => {
  const projectId = await project('Twice', { ...strict, secondReviewer: true })
  const [letter = ''] = await inReview(projectId, 'bad-photo.jpg')
  const { id, words } = await reviewOf(ann, projectId, letter)
  await using mine = await browser.open()
  await enter(mine.page, ann, `/reviews/${id}?project=${projectId}`)
  await listbox(mine.page).waitFor()
  await rewrite(keysOf(mine.page), 'Chrysanthemum')
  await mine.page.keyboard.press('a')
  await mine.page.waitForURL(/\/console\/reviews\/done/)
  await mine.page.getByText('1 item waits for the eyes of somebody else.').waitFor()

  await using theirs = await browser.open()
  await enter(theirs.page, ben, `/reviews/${id}?project=${projectId}`)
  await theirs.page.getByText('Second look, blind').waitFor()
  await listbox(theirs.page).waitFor()
  expect(await theirs.page.content()).not.toContain('Chrysanthemum')
  await theirs.page.keyboard.press('a')
  await theirs.page.waitForURL(/\/console\/reviews\/done/)

  await mine.page.goto(consolePage(ann, `/reviews/${id}`))
  await mine.page.getByText(/The two reviewers agree on \d+%/).waitFor()
  const { rounds } = await readReview(ann, id)
  expect(rounds[1]).toMatchObject({ agreed: false, by: ben.userId })
  expect(rounds[1].agreement).toBeCloseTo(1 - 1 / words.length, 1)
  expect(await faultsOf(mine)).toEqual([])
  await shot(mine.page, 'review-agreement')
})

test('a recording is heard and corrected by keyboard: it follows along, repeats a segment, and loses what is no speech', async () => {
  const projectId = await project('Calls', everything)
  const [memo = ''] = await inReview(projectId, 'memo.wav')
  const review = await reviewOf(ann, projectId, memo)
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, ann, `/reviews/${review.id}`)
  await listbox(page).waitFor()
  await page.keyboard.press('k')
  await page.locator('[data-playing]').first().waitFor()
  await page.keyboard.press('l')
  await page.keyboard.press(']')
  await page.getByText('1.25×').waitFor()
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'review-recording')
  await page.keyboard.press('k')

  const at = await selectedWord(page)
  const { segment } = review.words[at ?? 0]
  await page.keyboard.press('m')
  const silenced = review.words.filter((word: { segment: number }) => word.segment === segment).length
  expect(await page.locator('[data-state=removed]').count()).toBe(silenced)
  await page.keyboard.press('Control+z')
  expect(await page.locator('[data-state=removed]').count()).toBe(0)
  await page.keyboard.press('m')
  await page.keyboard.press('a')
  const settled = await ann.until('voice-samples', memo, ['approved'])
  const kept = review.words.filter((word: { segment: number }) => word.segment !== segment)
  expect(settled.transcript?.split(/\s+/).filter(Boolean)).toEqual(
    kept.map(({ text }: { text: string }) => text),
  )
})

test('an item is sent back with a reason, refused with one, and skipped, by keyboard', async () => {
  const projectId = await project('Turned away')
  const [photo = '', letter = ''] = await inReview(projectId, 'bad-photo.jpg', 'facture.jpg')
  const { id } = await reviewOf(ann, projectId, photo)
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, ann, `/reviews/${id}?project=${projectId}`)
  await listbox(page).waitFor()
  await page.keyboard.press('s')
  const other = await reviewOf(ann, projectId, letter)
  await deskIsOpen(page, other.id)
  await page.keyboard.press('x')
  await page.getByRole('textbox', { name: 'Why' }).waitFor()
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'review-reason')
  await page.keyboard.type('Not ours.')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/console\/reviews\/done/)
  await page.getByText('You have skipped 1 item.').waitFor()
  // Taken back by its key, nothing on the screen offers to take it back once more.
  await page.keyboard.press('u')
  await deskIsOpen(page, other.id)
  await page.getByText(/^Taken back: /).waitFor()
  expect(await page.getByText(/^Rejected: /).count()).toBe(0)
  await page.getByText('1 verdict so far').waitFor()
  await page.keyboard.press('x')
  await page.getByRole('textbox', { name: 'Why' }).waitFor()
  await page.keyboard.type('Still not ours.')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/console\/reviews\/done/)
  await page.getByText('You have skipped 1 item.').waitFor()
  await page.keyboard.press('s')
  await deskIsOpen(page, id)
  await page.keyboard.press('b')
  await page.getByRole('textbox', { name: 'Why' }).waitFor()
  await page.keyboard.type('Too dark for me.')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/console\/reviews\/done/)
  expect((await readReview(ann, id)).rounds).toMatchObject([
    { verdict: 'sent-back', reason: 'Too dark for me.' },
  ])
  expect((await readReview(ann, other.id)).status).toBe('rejected')

  await using theirs = await browser.open()
  await enter(theirs.page, ben, `/reviews/${id}`)
  await theirs.page.getByText('Too dark for me.').waitFor()
})

test('a document of a hundred pages answers keys at once', async () => {
  const projectId = await project('Archive', everything)
  const lines = wrapped(await truthOf('scan')).slice(0, 36)
  // A character that is none makes the layer unsound, so that these pages are read by the engine.
  const pages = Array.from({ length: 100 }, (_, index) =>
    [0, 49, 99].includes(index)
      ? [...lines.slice(0, 12), 'page \u0001 end']
      : [`Page ${index + 1}`, ...lines],
  )
  const form = formWith(linesPdf(pages), 'archive.pdf', { title: 'The archive', language: 'en' })
  const { body } = await ann.call('POST', `/api/v1/projects/${projectId}/documents`, form)
  await ann.until('documents', body.id, ['in_review'], 900)
  const review = await reviewOf(ann, projectId, body.id)
  expect(review.pages).toHaveLength(100)

  await using tab = await browser.open()
  const { page } = tab
  await enter(page, ann, `/reviews/${review.id}`)
  await listbox(page).waitFor()
  // Only what is on the page that is shown is in the document.
  const shown = await page.locator('[role=option]').count()
  expect(shown).toBeLessThan(1000)
  expect(review.words.length).toBeGreaterThan(20_000)
  const measured = await measure(page)
  const press = async (key: string) => {
    await page.keyboard.press(key)
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0))))
  }
  const round = ['n', 'ArrowDown', 'ArrowRight', 'PageDown', 'PageDown', 'PageUp', '+', '0', 'p']
  for (let turn = 0; turn < 20; turn++) {
    for (const key of round) await press(key)
    if (turn % 4 === 0) for (const key of ['n', 'Enter', 'x', 'y', 'Enter']) await press(key)
  }
  const { median, p98, slowest, interactions, worst } = await measured()
  console.info(
    `interaction to next paint, 100 pages, ${review.words.length} words: median ${median} ms, p98 ${p98} ms, ` +
      `slowest ${slowest} ms of ${interactions} above 16 ms (load ${loadavg()[0]?.toFixed(1)})\n${worst.join('\n')}`,
  )
  // All of it was done at the desk: a key that led away would make the rest quick.
  expect(page.url()).toContain(review.id)
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'review-hundred-pages')
})

const looks = {
  ...Object.fromEntries(everyLook.map((look) => [look, {}])),
  tablet: { viewport: { width: 820, height: 1180 }, hasTouch: true },
}

test.each(Object.keys(looks))('queue and desk are at home in every window (%s)', async (name) => {
  const projectId = await project(`Windows ${name}`)
  const [scan = ''] = await inReview(projectId, 'scan.pdf')
  const { id, uncertainWords } = await reviewOf(ann, projectId, scan)
  const look = everyLook.find((each) => each === name) ?? 'light'
  await using tab = await browser.open(look, name === 'tablet' ? looks.tablet : {})
  const { page } = tab
  await enter(page, ann, `/reviews?project=${projectId}`)
  await page.getByRole('table').waitFor()
  expect(await faultsOf(tab)).toEqual([])
  if (name !== 'light') await shot(page, `reviews-${name}`)
  await page.goto(consolePage(ann, `/reviews/${id}?project=${projectId}`))
  await listbox(page).waitFor()
  await page.locator('img[alt="Page 1"], img[alt^="Page"]').first().waitFor()
  // By the Tab key as well: to the words, which show that they have the focus.
  await tabTo(page, listbox(page))
  await rewrite(keysOf(page), 'Allotment')
  await page.getByText('Yours', { exact: true }).waitFor()
  expect(await faultsOf(tab)).toEqual([])
  if (name !== 'light') await shot(page, `review-document-${name}`)
  // A touch on the page finds its word.
  const goal = uncertainWords[1]
  const box = page.locator(`[data-box="${goal}"]`)
  if (name === 'tablet' && (await box.count()) > 0) {
    const at = await box.boundingBox()
    if (at) await page.touchscreen.tap(at.x + at.width / 2, at.y + at.height / 2)
    await eventually('the word is selected', async () => (await selectedWord(page)) === goal)
  }
})
