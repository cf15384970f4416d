import { readFile } from 'node:fs/promises'
import { eventually } from '@alta/kit/testing/wait'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../support/client.ts'
import { faultsOf, launch, shot, type TestBrowser, tabTo } from './support/browser.ts'
import { reviewOf } from './support/desk.ts'
import { consolePage, enter, ready } from './support/enter.ts'
import { everyLook, named } from './support/looks.ts'
import { registerConfirmed, registerPerson } from './support/staff.ts'

// Figures, beside what was uploaded and decided.

const samples = new URL('../../samples/', import.meta.url)
const everything = { minimumConfidence: 1, minimumWordConfidence: 1, secondReviewer: false }
const nothing = { minimumConfidence: 0, minimumWordConfidence: 0, secondReviewer: false }

let browser: TestBrowser
let ann: Client
/** Three documents, one of which cannot be read, and a recording: one was approved with a fix, one rejected. */
let ledger: string
/** A document that needs nobody. */
let archive: string
/** Of the document that was approved. */
let words: number

beforeAll(async () => {
  browser = await launch()
  ann = await registerConfirmed('Ann Archer')
  ledger = await ann.project({ name: 'Ledger', review: everything })
  archive = await ann.project({ name: 'Archive', review: nothing })
  const upload = async (projectId: string, file: string, state: string): Promise<string> => {
    const kind = file.endsWith('.wav') ? 'voice-samples' : 'documents'
    const { body } = await ann.upload(projectId, kind, new URL(file, samples).pathname)
    await ann.until(kind, body.id, [state], 280)
    return body.id
  }
  const letter = await upload(ledger, 'letter.png', 'in_review')
  const scan = await upload(ledger, 'scan.pdf', 'in_review')
  await upload(ledger, 'memo.wav', 'in_review')
  await upload(ledger, 'truncated.pdf', 'failed')
  await upload(archive, 'text.pdf', 'approved')

  const good = await reviewOf(ann, ledger, letter)
  words = good.words.length
  const corrections = [{ index: 0, before: good.words[0].text, after: 'Yesterday' }]
  await decide(good.id, 'approve', { corrections })
  await decide((await reviewOf(ann, ledger, scan)).id, 'reject', { reason: 'Not ours.' })
  await eventually(
    'analytics has heard of all of it',
    async () => {
      const [volume = {}] = await series('volume')
      const [reviewers = {}] = await series('reviewers', '&groupBy=person')
      const [failures = {}] = await series('failures')
      const wanted = { documents: 3, recordings: 1, pages: 4, approved: 1, rejected: 1, failures: 1 }
      const known = { ...volume, ...reviewers, ...failures }
      return Object.entries(wanted).every(([name, value]) => known[name] === value)
    },
    120,
  )
}, 900_000)
afterAll(() => browser?.[Symbol.asyncDispose]())

async function decide(id: string, verdict: 'approve' | 'reject', body: object): Promise<void> {
  await ann.call('POST', `/api/v1/reviews/${id}/claim`)
  const decided = await ann.call('POST', `/api/v1/reviews/${id}/${verdict}`, body)
  if (decided.status !== 200) throw new Error(`cannot ${verdict}: ${JSON.stringify(decided.body)}`)
}

const series = async (name: string, more = ''): Promise<Record<string, unknown>[]> =>
  (await ann.call('GET', `/api/v1/analytics/${name}?projectId=${ledger}${more}`)).body.items

/** One kind of figures on the page. */
const part = (page: Page, title: string): Locator =>
  page.locator('section').filter({ has: page.getByRole('heading', { name: title, exact: true }) })

type Table = { name: string; values: Record<string, number> }[]

const numberOf = (text: string): number => Number(text.replaceAll(',', ''))

/** The table that stands with a chart; opened when it is closed. */
async function tableOf(page: Page, title: string): Promise<Table> {
  const summary = part(page, title).getByText('Figures as a table')
  if (!(await part(page, title).getByRole('table').isVisible())) {
    await tabTo(page, summary)
    await page.keyboard.press('Enter')
  }
  const rows = await part(page, title)
    .getByRole('row')
    .evaluateAll((all) =>
      all.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent ?? '')),
    )
  const [[, ...heads] = [], ...body] = rows
  const columns = heads.map((head) => head.replace(/, in .*/, ''))
  return body.map(([name = '', ...cells]) => ({
    name,
    values: Object.fromEntries(columns.map((column, index) => [column, numberOf(cells[index] ?? '')])),
  }))
}

/** What the columns of a chart say, and how high they are in shares of the highest that there could be. */
const drawnIn = (page: Page, title: string) =>
  part(page, title)
    .getByRole('img')
    .locator('[title]')
    .evaluateAll((all) =>
      all.map((column) => ({
        says: column.getAttribute('title') ?? '',
        share: column.getBoundingClientRect().height / (column.parentElement?.clientHeight ?? 1),
      })),
    )

async function csvOf(page: Page, title: string): Promise<Record<string, string>[]> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    part(page, title)
      .getByRole('link', { name: `Download as CSV: ${title}` })
      .press('Enter'),
  ])
  expect(file.suggestedFilename()).toMatch(/^[a-z]+-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/)
  const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split(/\r?\n/)
  const [head = [], ...rows] = lines.map((line) => line.split(','))
  return rows.map((cells) => Object.fromEntries(head.map((name, index) => [name, cells[index] ?? ''])))
}

const sumOf = (table: Table, column: string): number =>
  table.reduce((sum, { values }) => sum + (values[column] ?? Number.NaN), 0)

/** Every kind: what is drawn of it, and what each column of its table is called in the file. */
const kinds = {
  Volume: { drawn: ['Documents', 'Recordings'], file: { Documents: 'documents', Pages: 'pages' } },
  'Turnaround by stage': {
    drawn: ['Median', '95th percentile'],
    file: { Items: 'count', Median: 'p50' },
  },
  'Confidence against corrections': {
    drawn: ['Corrected words'],
    file: { Words: 'words', Corrections: 'corrections' },
  },
  Reviewers: { drawn: ['Approved', 'Rejected'], file: { Approved: 'approved', Rejected: 'rejected' } },
  'Failures by cause': { drawn: ['Failures'], file: { Failures: 'failures' } },
  Cost: { drawn: ['Cost'], file: { Cost: 'cost', Pages: 'pages' } },
} as const

test('every chart draws what its table says, and the file has the same figures', async () => {
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, ann, `/analytics?projectId=${ledger}`)
  await ready(page)
  for (const [title, { drawn, file }] of Object.entries(kinds)) {
    const table = await tableOf(page, title)
    expect(table.length, title).toBeGreaterThan(0)
    const columns = await drawnIn(page, title)
    const most = Math.max(...table.flatMap(({ values }) => drawn.map((name) => values[name] ?? 0)))
    for (const { name, values } of table)
      for (const series of drawn) {
        const column = columns.find(({ says }) => says.startsWith(`${name}: ${series} `))
        const value = values[series] ?? Number.NaN
        // It says no more digits than one can see.
        const said = numberOf(column?.says.split(' ').at(-1) ?? '')
        expect(Math.abs(said - value), `${title}: ${column?.says}`).toBeLessThanOrEqual(0.5)
        expect(column?.share, `${title}: height of ${name}`).toBeCloseTo(most > 0 ? value / most : 0, 1)
      }
    const rows = await csvOf(page, title)
    expect(rows, title).toHaveLength(table.length)
    for (const [column, name] of Object.entries(file))
      for (const [index, { values }] of table.entries())
        expect(Number(rows[index]?.[name]), `${title}: ${name}`).toBeCloseTo(values[column] ?? Number.NaN, 1)
  }
  expect(await faultsOf(tab)).toEqual([])
})

test('the figures are those of what was uploaded, read and decided', async () => {
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, ann, `/analytics?projectId=${ledger}`)
  await ready(page)
  const volume = await tableOf(page, 'Volume')
  expect([sumOf(volume, 'Documents'), sumOf(volume, 'Recordings'), sumOf(volume, 'Pages')]).toEqual([3, 1, 4])

  const stages = await tableOf(page, 'Turnaround by stage')
  const ended = (stage: string): number =>
    sumOf(
      stages.filter(({ name }) => name.endsWith(` · ${stage}`)),
      'Items',
    )
  // Of what could be read; one of it was claimed and approved, and the one that was rejected claimed.
  expect(['Reading', 'Opening of the review'].map(ended)).toEqual([3, 3])
  expect(['Waiting for a person', 'Deciding', 'Upload to decision'].map(ended)).toEqual([2, 1, 1])

  const [confidence, ...others] = await tableOf(page, 'Confidence against corrections')
  expect(others).toEqual([])
  expect(confidence?.name).toMatch(/ · Confidence from 0\.\d$/)
  expect(confidence?.values).toMatchObject({ Words: words, Corrections: 1 })
  expect(confidence?.values['Corrected words']).toBeCloseTo(100 / words, 1)

  expect(await tableOf(page, 'Reviewers')).toMatchObject([
    { name: 'Ann Archer', values: { Approved: 1, Rejected: 1, 'Sent back': 0 } },
  ])
  const failures = await tableOf(page, 'Failures by cause')
  expect(failures.map(({ name }) => name.split(' · ').slice(1))).toEqual([['Reading', 'unreadable_file']])
  expect(sumOf(failures, 'Failures')).toBe(1)
  // Engines of this machine cost nothing.
  const costs = await tableOf(page, 'Cost')
  expect([sumOf(costs, 'Cost'), sumOf(costs, 'Pages')]).toEqual([0, 4])
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'analytics-tables')
})

test('project, time and grouping are chosen by keyboard, stand in the address and survive a reload', async () => {
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, ann, '/analytics')
  await ready(page)
  await tabTo(page, page.getByLabel('Project', { exact: true }))
  await page.keyboard.type('Archive')
  await page.waitForURL((url) => url.searchParams.get('projectId') === archive)
  await ready(page)
  const volume = await tableOf(page, 'Volume')
  expect([sumOf(volume, 'Documents'), sumOf(volume, 'Pages')]).toEqual([1, 2])
  await part(page, 'Failures by cause').getByText('Nothing in this time').waitFor()

  await page.getByLabel('Project', { exact: true }).selectOption({ label: 'All projects' })
  await page.waitForURL((url) => !url.searchParams.has('projectId'))
  await tabTo(page, page.getByLabel('Group by', { exact: true }))
  await page.keyboard.type('Project')
  await page.waitForURL((url) => url.searchParams.get('groupBy') === 'project')
  await part(page, 'Volume').getByRole('rowheader', { name: 'Ledger' }).waitFor()
  const grouped = await tableOf(page, 'Volume')
  expect(Object.fromEntries(grouped.map(({ name, values }) => [name, values.Documents]))).toEqual({
    Ledger: 3,
    Archive: 1,
  })

  await tabTo(page, page.getByLabel('From', { exact: true }))
  await page.keyboard.type('01012020')
  await page.getByText('More than three years before the last day').waitFor()
  await tabTo(page, page.getByLabel('To', { exact: true }))
  await page.keyboard.type('02022020')
  await page.waitForURL(
    ({ searchParams: search }) => search.get('from') === '2020-01-01' && search.get('to') === '2020-02-02',
  )
  await ready(page)
  await page.reload()
  await ready(page)
  expect(await page.getByText('Nothing in this time').count()).toBe(Object.keys(kinds).length)
  expect(await page.getByLabel('From', { exact: true }).inputValue()).toBe('2020-01-01')
  expect(await page.getByLabel('Group by', { exact: true }).inputValue()).toBe('project')

  await tabTo(page, page.getByLabel('To', { exact: true }))
  await page.keyboard.type('12122019')
  await page.getByText('Lies before the first day').waitFor()
  // Neither years on the way to a whole one nor too many days were asked for: the platform would have refused them.
  expect(await faultsOf(tab)).toEqual([])
})

test('somebody else sees nothing of these figures', async () => {
  const ben = await registerPerson('Ben Brook')
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, ben, '/analytics')
  await page.getByText('Nothing in this time').nth(5).waitFor()
  expect(await page.getByLabel('Project', { exact: true }).getByRole('option').allTextContents()).toEqual([
    'All projects',
  ])
  expect(await faultsOf(tab)).toEqual([])
  await page.goto(consolePage(ben, `/analytics?projectId=${ledger}`))
  await page.getByText('There is no such project for you.').nth(5).waitFor()
})

test.each(everyLook)('figures are at home in every window (%s)', async (look) => {
  await using tab = await browser.open(look)
  const { page } = tab
  await enter(page, ann, `/analytics?projectId=${ledger}`)
  await ready(page)
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, named('analytics', look))
  for (const title of Object.keys(kinds)) await tableOf(page, title)
  expect(await faultsOf(tab)).toEqual([])
})
