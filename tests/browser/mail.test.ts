import { eventually } from '@alta/kit/testing/wait'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../support/client.ts'
import { faultsOf, launch, press, shot, type TestBrowser, tabTo, type } from './support/browser.ts'
import { consolePage, enter, ready } from './support/enter.ts'
import { type Listener, listen } from './support/listener.ts'
import { everyLook, named } from './support/looks.ts'
import { sendMail } from './support/send-mail.ts'
import { registerPerson, registerStaff } from './support/staff.ts'

// What the platform would have sent, and what strangers may have put into it.

let browser: TestBrowser
let olga: Client
let elsewhere: Listener
beforeAll(async () => {
  browser = await launch()
  olga = await registerStaff()
  elsewhere = await listen()
})
afterAll(async () => {
  await elsewhere?.[Symbol.asyncDispose]()
  await browser?.[Symbol.asyncDispose]()
})

const welcomed = async (name?: string): Promise<Client> => {
  const person = await registerPerson(name)
  await eventually('the welcome mail is there', async () => (await person.mails()).length > 0, 90)
  return person
}
const list = (page: Page) => page.getByRole('table', { name: 'Caught mail' })
const shown = (page: Page) => page.getByRole('article')

test('mails are listed, narrowed to one address, read and gone through by keyboard', async () => {
  const ann = await welcomed('Ann Archer')
  await sendMail({ to: ann.email, subject: 'The second', text: 'Read me\nhttps://example.org/a', html: '' })
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, olga, '/mail')
  await list(page).waitFor()
  await type(page, 'Only to', ann.email)
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.searchParams.get('to') === ann.email)
  const count = (await ann.mails()).length
  await eventually(
    'only these are left',
    async () => (await list(page).getByRole('row').count()) === count + 1,
  )
  await list(page).getByRole('row', { name: 'The second' }).waitFor()

  await tabTo(page, list(page).getByRole('row').nth(1))
  await page.keyboard.press('Enter')
  await shown(page).getByRole('heading', { name: 'The second' }).waitFor()
  await shown(page).getByText('stranger@example.net').waitFor()
  const link = shown(page).getByRole('link', { name: 'https://example.org/a' })
  expect([await link.getAttribute('href'), await link.getAttribute('target')]).toEqual([
    'https://example.org/a',
    '_blank',
  ])
  await page.keyboard.press('j')
  await shown(page)
    .getByRole('link', { name: /verify-email/ })
    .waitFor()
  expect(await shown(page).textContent()).toContain('Hello Ann Archer,')
  await page.keyboard.press('ArrowUp')
  await shown(page).getByRole('heading', { name: 'The second' }).waitFor()
  await tabTo(page, shown(page).getByRole('button', { name: 'Text', exact: true }))
  await page.keyboard.press('j')
  await shown(page)
    .getByRole('link', { name: /verify-email/ })
    .waitFor()
  await page.keyboard.press('k')
  await shown(page).getByRole('heading', { name: 'The second' }).waitFor()
  // Half an address was never asked for: the platform would have refused it.
  expect(await faultsOf(tab)).toEqual([])
})

test('a mail that comes while the page is open appears by itself', async () => {
  const ann = await welcomed()
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, olga, `/mail?to=${encodeURIComponent(ann.email)}`)
  await list(page).waitFor()
  await sendMail({ to: ann.email, subject: 'Just now', text: 'New', html: '' })
  await list(page).getByRole('row', { name: 'Just now' }).waitFor({ timeout: 30_000 })
})

/** Everything that a mail may try, each with a request of its own to tell by. */
const hostile = (address: string): string => `<!doctype html>
<html lang="en"><head>
<base href="${address}/base/">
<meta http-equiv="refresh" content="1;url=${address}/refresh">
<link rel="stylesheet" href="${address}/sheet.css">
<style>@import "${address}/import.css"; body { background: url(${address}/ground) }</style>
<script src="${address}/script.js"></script>
<script>top.document.title = 'ran'; top.postMessage('ran', '*'); fetch('${address}/inline')</script>
</head>
<body onload="fetch('${address}/onload'); top.postMessage('ran', '*')">
<p style="background: url(${address}/style)">Dear friend, press <a href="javascript:top.postMessage('ran', '*')">here</a>.</p>
<img src="${address}/pixel.png" alt="A pixel" width="1" height="1">
<img src="data:image/png;base64,broken" alt="Broken" onerror="fetch('${address}/onerror'); top.postMessage('ran', '*')">
<svg onload="top.postMessage('ran', '*')"><image href="${address}/image"/></svg>
<iframe src="${address}/frame"></iframe>
<iframe srcdoc="&lt;script&gt;top.postMessage('ran', '*')&lt;/script&gt;"></iframe>
<object data="${address}/object"></object><embed src="${address}/embed">
<video src="${address}/video" autoplay></video>
<form action="${address}/form"><input name="a" value="b"><button>Send</button></form>
<template><img src="${address}/template"></template>
<noscript><img src="${address}/noscript"></noscript>
<math><mi xlink:href="javascript:top.postMessage('ran', '*')">x</mi></math>
<p>Yours, <a href="https://example.org/kept">a stranger</a></p>
</body></html>`

test('a mail shows its words as HTML, and nothing in it runs, is fetched or leaves its frame', async () => {
  const ann = await registerPerson()
  await sendMail({
    to: ann.email,
    subject: 'Dear friend',
    text: 'Dear friend',
    html: hostile(elsewhere.address),
  })
  await using tab = await browser.open()
  const { page } = tab
  await page.addInitScript(() => {
    addEventListener('message', ({ data }) => Object.assign(globalThis, { heard: data }))
  })
  await enter(page, olga, `/mail?to=${encodeURIComponent(ann.email)}`)
  await list(page).getByRole('row', { name: 'Dear friend' }).click()
  await press(page, 'HTML')
  await page.waitForURL((url) => url.searchParams.get('as') === 'html')
  const frame = page.frameLocator('article iframe')
  await frame.getByText('Dear friend, press here.').waitFor()
  await frame.getByRole('link', { name: 'a stranger' }).waitFor()
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'mail-hostile')

  // What could be pressed does nothing either; where it waits for a while, so do we.
  await frame.getByText('here', { exact: true }).click()
  expect(await frame.locator('form, input, button').count()).toBe(0)
  await page.waitForTimeout(2_000)
  expect(elsewhere.asked).toEqual([])
  expect(await page.evaluate(() => (globalThis as { heard?: unknown }).heard)).toBeUndefined()
  expect(await page.title()).toBe('Mail catcher · Alta')
  expect(page.context().pages()).toHaveLength(1)
  expect(page.frames()).toHaveLength(2)
  await page.getByText(/without \d+ parts that would have run or been fetched/).waitFor()

  // Were something to slip through, the frame has no scripts and is of no origin, ours least of all.
  expect((await page.locator('article iframe').getAttribute('sandbox'))?.split(' ').toSorted()).toEqual([
    'allow-popups',
    'allow-popups-to-escape-sandbox',
  ])
  const [, inside] = page.frames()
  expect(await inside?.evaluate(() => [origin, getComputedStyle(document.body).backgroundImage])).toEqual([
    'null',
    'none',
  ])
  expect(await frame.getByRole('link', { name: 'a stranger' }).getAttribute('href')).toBe(
    'https://example.org/kept',
  )
  expect(await faultsOf(tab)).toEqual([])
})

test('the mails of the platform are whole as HTML', async () => {
  const ann = await welcomed('Ann Archer')
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, olga, `/mail?to=${encodeURIComponent(ann.email)}&as=html`)
  await list(page).getByRole('row').nth(1).click()
  const frame = page.frameLocator('article iframe')
  await frame.getByText('Hello Ann Archer,').waitFor()
  const link = await frame.getByRole('link').first().getAttribute('href')
  expect(link).toContain(`${ann.gateway}/verify-email#token=`)
  await page.getByText('Shown without styles.').waitFor()
  expect(await faultsOf(tab)).toEqual([])
})

test('people without the right read their own mail, and may not ask for that of others', async () => {
  const ann = await welcomed('Ann Archer')
  const ben = await welcomed('Ben Brook')
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, ann, '/mail')
  await list(page).waitFor()
  const rows = await list(page).getByRole('row').allInnerTexts()
  expect(rows.slice(1).every((row) => row.includes(ann.email))).toBe(true)
  expect(await faultsOf(tab)).toEqual([])
  await page.goto(consolePage(ann, `/mail?to=${encodeURIComponent(ben.email)}`))
  await page.getByText('You may read mails to your own address only.').waitFor()
  expect(tab.complaints.filter((each) => !/^403: /.test(each))).toEqual([])
})

test.each(everyLook)('mail is at home in every window (%s)', async (look) => {
  const ann = await welcomed('Ann Archer')
  await sendMail({
    to: ann.email,
    subject: 'Minutes of the allotment committee',
    text: 'They are approved.',
    html: '<p>Hello Ann,</p><p>the minutes are <b>approved</b>. <a href="https://example.org">Read them</a>.</p>',
  })
  await using tab = await browser.open(look)
  const { page } = tab
  const to = encodeURIComponent(ann.email)
  await enter(page, olga, `/mail?to=${to}`)
  const faults: Record<string, string[]> = {}
  const see = async (name: string) => {
    await ready(page)
    await shot(page, named(name, look))
    const found = await faultsOf(tab)
    if (found.length > 0) faults[name] = found
  }
  await list(page).getByRole('row').nth(2).click()
  await shown(page).waitFor()
  await see('mail')
  await list(page).getByRole('row').nth(1).click()
  await page.getByRole('button', { name: 'HTML' }).click()
  await page.frameLocator('article iframe').getByText('Read them').waitFor()
  await see('mail-html')
  await page.goto(consolePage(olga, '/notifications'))
  await see('notifications')
  expect(faults).toEqual({})
})
