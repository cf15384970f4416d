import { loadavg } from 'node:os'
import { eventually } from '@alta/kit/testing/wait'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Client } from '../support/client.ts'
import { readPlaces } from '../support/platform.ts'
import { faultsOf, launch, shot, type TestBrowser, tabTo } from './support/browser.ts'
import { consolePage, enter, ready } from './support/enter.ts'
import { type FailingContacts, failContacts } from './support/failing-contacts.ts'
import { everyLook } from './support/looks.ts'
import { insertLetters } from './support/many-letters.ts'
import { measure } from './support/responsiveness.ts'
import { type Sight, seeAll } from './support/sights.ts'
import { registerStaff } from './support/staff.ts'

// What keeps the platform running: dead letters above all, and every page of operators in each window.

const places = readPlaces(inject('home'))
const owner = new pg.Client({ connectionString: places.postgres.ownerUrl })
let browser: TestBrowser
let olga: Client
let failing: FailingContacts
/** The retry that stopped itself. */
let retry: string

beforeAll(async () => {
  await owner.connect()
  await owner.query(`select set_config('alta.tenant_id', '*', false)`)
  browser = await launch()
  olga = await registerStaff()
  failing = await failContacts(owner, places.rabbitmqUrl, olga, 1_000)
  await failing.refuseOnly([2, 5, 8])
}, 900_000)
afterAll(async () => {
  await failing?.[Symbol.asyncDispose]()
  await browser?.[Symbol.asyncDispose]()
  await owner.end()
})

test('a retry of 1,000 messages from their group stops itself, and says on the screen what it did and what to do', async () => {
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, olga, `/operate/dead-letters/${failing.group}`)
  await page
    .getByRole('row', { name: /address book/ })
    .first()
    .waitFor()

  await page.keyboard.press('r')
  const dialog = page.getByRole('dialog')
  await dialog.getByText('1,000 match').waitFor()
  await dialog.getByText('1 → 10 → 100 → the remaining 889').waitFor()
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'dead-letters-retry')
  const start = dialog.getByRole('button', { name: 'Retry 1,000 messages' })
  await tabTo(page, start)
  await page.keyboard.press('Enter')

  await page.waitForURL(/\/operate\/tasks\//)
  retry = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  await page.getByText('It stopped itself').waitFor({ timeout: 240_000 })
  const story = await page.getByRole('main').textContent()
  expect(story).toMatch(/Stopped by itself in step 2: [2-9] of its 10 messages failed again/)
  expect(story).toMatch(/more than the limit of 10%/)
  expect(story).toMatch(/of 1,000 were retried; 989 were left alone/)
  expect(story).toContain('What to do next')
  for (const words of ['went on', 'stopped here', 'not reached']) expect(story).toContain(words)
  await page.getByRole('region', { name: 'What failed' }).getByRole('link').first().waitFor()
  expect(await faultsOf(tab)).toEqual([])

  // What failed is one click away, and the rest is as it was.
  await page.getByRole('region', { name: 'What failed' }).getByRole('link').first().click()
  await page.getByText('the address book takes nobody called').first().waitFor()
  expect(await faultsOf(tab)).toEqual([])
  const { body } = await olga.call('GET', `/api/v1/dead-letters/${failing.group}`)
  expect(body).toMatchObject({ retrying: 0, open: 1_000 - body.resolved })
  expect(body.resolved).toBeLessThanOrEqual(9)
})

test('an edit is seen as a diff, tried first, and sent', async () => {
  await using tab = await browser.open()
  const { page } = tab
  const letters = await olga.call('GET', `/api/v1/dead-letters/${failing.group}/messages?status=open&limit=1`)
  const letter = letters.body.items[0]
  const { open, resolved } = (await olga.call('GET', `/api/v1/dead-letters/${failing.group}`)).body
  await enter(page, olga, `/operate/dead-letters/${failing.group}?message=${letter.id}`)
  await page.getByRole('button', { name: 'I look after it' }).click()
  await page.getByText('Looked after by: you').waitFor()
  await page.getByRole('region', { name: 'Message' }).getByRole('button', { name: 'Edit…' }).click()
  const editor = page.getByLabel('As it will be sent')
  const before = await editor.inputValue()
  await editor.fill(before.replace(/"name": "[^"]*"/, '"name": 7'))
  await page.getByRole('button', { name: 'Dry run' }).click()
  await page.getByText('would not fit their contract').waitFor()
  expect(await page.getByRole('button', { name: /^Edit and retry/ }).isDisabled()).toBe(true)
  await editor.fill(before.replace(/"name": "[^"]*"/, '"name": "Grace Hopper"'))
  await page.getByRole('button', { name: 'Dry run' }).click()
  await page.getByRole('dialog').getByText('1 match').waitFor()
  expect(await page.getByRole('dialog').locator('[data-change="added"]').textContent()).toContain(
    'Grace Hopper',
  )
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'dead-letters-edit')
  await page.getByRole('button', { name: 'Edit and retry 1 message' }).click()
  await page.getByText('All steps are through').waitFor({ timeout: 240_000 })
  const { body } = await olga.call('GET', `/api/v1/dead-letters/${failing.group}/messages/${letter.id}`)
  expect(body).toMatchObject({ status: 'resolved', edited: true })

  // Going back leads to the group as it is now, and not to the dialog that would send it once more.
  await page.goBack()
  await page.getByText(`${open - 1} open, ${resolved + 1} resolved`).waitFor()
  expect(await page.getByRole('dialog').count()).toBe(0)
  await page.getByRole('row').filter({ hasText: letter.subject }).getByText('resolved').waitFor()
  expect(await faultsOf(tab)).toEqual([])
})

test('an event that broke its contract is missing in the store, which says why', async () => {
  await using tab = await browser.open()
  await enter(tab.page, olga, '/operate/events?event=018f0000-0000-7000-8000-000000000000')
  await tab.page.getByText('This event is not in the store').waitFor()
})

test('messages are discarded with a reason and taken back, by keyboard', async () => {
  await using tab = await browser.open()
  const { page } = tab
  const letters = await olga.call('GET', `/api/v1/dead-letters/${failing.group}/messages?status=open&limit=1`)
  const letter = letters.body.items[0]
  const until = (status: string) =>
    eventually(
      `it is ${status}`,
      async () =>
        (await olga.call('GET', `/api/v1/dead-letters/${failing.group}/messages/${letter.id}`)).body
          .status === status,
      120,
    )
  const path = `/operate/dead-letters/${failing.group}?message=${letter.id}&only=message&action=`
  await enter(page, olga, `${path}discard`)
  await page.getByRole('dialog').getByText('1 match').waitFor()
  await tabTo(page, page.getByLabel('Reason'))
  await page.keyboard.type('a test person')
  await tabTo(page, page.getByRole('button', { name: 'Discard 1 message' }))
  await page.keyboard.press('Enter')
  await until('discarded')
  await page.goto(consolePage(olga, `${path}restore`))
  await tabTo(page, page.getByLabel('Reason'))
  await page.keyboard.type('it was none')
  await tabTo(page, page.getByRole('button', { name: 'Restore 1 message' }))
  await page.keyboard.press('Enter')
  await until('open')
  const { body } = await olga.call('GET', `/api/v1/dead-letters/${failing.group}`)
  expect(body.note).toMatch(/discard: a test person\n.*restore: it was none/)
  expect(await faultsOf(tab)).toEqual([])
})

test('a list of 100,000 dead letters answers keys and clicks while it is gone through', async () => {
  await using many = await insertLetters(owner, olga, 100_000)
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, olga, `/operate/dead-letters/${many.group}`)
  await page
    .getByRole('row', { name: /document-/ })
    .first()
    .waitFor()
  await ready(page)
  // What 100,000 rows leave behind them in the database is no matter of the page.
  await page.waitForTimeout(5_000)
  const done = await measure(page)
  await page
    .getByRole('row', { name: /document-/ })
    .first()
    .focus()
  for (let step = 0; step < 30; step++) {
    await page.keyboard.press(['End', 'PageUp', 'ArrowDown'][step % 3] ?? 'End')
    await page.waitForTimeout(150)
  }
  await page
    .getByRole('row', { name: /document-/ })
    .nth(3)
    .click()
  await page
    .getByRole('region', { name: 'Message' })
    .getByText('page 0 is not in the document')
    .first()
    .waitFor()
  await page.keyboard.press('ArrowRight')
  const { slowest, median, interactions, worst } = await done()
  const table = page.getByRole('table', { name: 'Messages' })
  const shown = await table.getByRole('row').count()
  console.info(
    `100,000 dead letters: ${interactions} interactions, interaction to next paint ${slowest} ms at most, ` +
      `${median} ms in the middle; ${shown} rows in the page (load ${loadavg()[0]?.toFixed(1)})\n${worst.join('\n')}`,
  )
  // All are told of, and few are there.
  expect(Number(await table.getAttribute('aria-rowcount'))).toBe(100_001)
  expect(shown).toBeLessThan(100)
  expect(await faultsOf(tab)).toEqual([])
})

test('a replay is counted first, muted, and followed to its end', async () => {
  await using tab = await browser.open()
  const { page } = tab
  const hour = new Date(Date.now() - 3_600_000).toISOString()
  await enter(
    page,
    olga,
    `/operate/replays/new?consumer=notifications&topics=user.registered.v1&from=${hour}`,
  )
  await page.getByRole('button', { name: 'Count first' }).click()
  await page.getByText('Nobody outside hears of it:').waitFor()
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'operate-replay-new')
  await page.getByRole('button', { name: /^Replay [\d,]+ events?$/ }).click()
  await page.waitForURL(/\/operate\/replays\/[\da-f-]{36}/)
  await page.getByText('completed').waitFor({ timeout: 240_000 })
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'operate-replay')
})

test('a circuit is opened with a reason, which stands beside it, and closed again', async () => {
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, olga, '/operate/circuits')
  const row = page.getByRole('row', { name: /^analytics/ })
  await row.getByRole('button', { name: 'Open…' }).click()
  await page.getByLabel('Reason').fill('a test of the console')
  await page.getByRole('dialog').getByRole('button', { name: 'Open' }).click()
  await row.getByText('open: not asked').waitFor()
  expect(await row.textContent()).toContain('a test of the console')
  expect(await faultsOf(tab)).toEqual([])
  await row.getByRole('button', { name: 'Close…' }).click()
  await page.getByLabel('Reason').fill('the test is over')
  await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click()
  await row.getByText('closed: asked').waitFor()
})

/** Every page with something to see. */
async function everyPage(): Promise<Sight[]> {
  const letters = await olga.call('GET', `/api/v1/dead-letters/${failing.group}/messages?status=open&limit=1`)
  const events = await olga.call('GET', '/api/v1/events?topic=project.created.v1&limit=1')
  const event = events.body.items[0]
  const queues = await olga.call('GET', '/api/v1/monitor/queues')
  const queue = queues.body.items.find(({ app }: { app: string }) => app === 'notifications')
  const schedules = await olga.call('GET', '/api/v1/schedules')
  const schedule = schedules.body.items[0]
  return [
    ['operate-dead-letters', '/operate/dead-letters'],
    ['operate-dead-letters-group', `/operate/dead-letters/${failing.group}`],
    [
      'operate-dead-letters-message',
      `/operate/dead-letters/${failing.group}?message=${letters.body.items[0].id}`,
    ],
    ['operate-proposals', '/operate/dead-letters/proposals'],
    ['operate-canary', `/operate/tasks/${retry}`],
    ['operate-queues', `/operate/queues?queue=${queue.name}`],
    ['operate-services', '/operate/services?service=notifications'],
    ['operate-outbox', '/operate/outbox'],
    ['operate-events', `/operate/events?event=${event.id}`],
    ['operate-chain', `/operate/events/chains/${event.correlationId}`],
    ['operate-replays', '/operate/replays'],
    ['operate-read-models', '/operate/read-models'],
    ['operate-audit', '/operate/audit'],
    ['operate-audit-why', '/operate/audit/why'],
    ['operate-schedules', `/operate/schedules?schedule=${schedule.id}`],
    ['operate-tasks', '/operate/tasks'],
    ['operate-circuits', '/operate/circuits'],
    ['operate-limits', '/operate/limits'],
  ]
}

test.each(everyLook)('every page of operators is at home in its window (%s)', async (look) => {
  await olga.signIn()
  await olga.project({ name: `Seen ${look}` })
  const params = { groups: ['018f0000-0000-7000-8000-000000000000'] }
  const made = await olga.call('POST', '/api/v1/schedules', {
    name: `Nightly retry (${look})`,
    cron: '0 3 * * *',
    taskType: 'dead-letter-retry',
    params: { selection: params },
  })
  expect(made.status).toBe(201)
  await using tab = await browser.open(look)
  const { page } = tab
  const pages = await eventually('there is something to see', async () => everyPage().catch(() => false), 120)
  await enter(page, olga, '/operate/dead-letters')
  const faults = await seeAll(tab, olga, look, pages as Sight[])
  await olga.call('DELETE', `/api/v1/schedules/${made.body.id}`)
  expect(faults).toEqual({})
})
