import { eventually } from '@alta/kit/testing/wait'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../support/client.ts'
import { authenticator } from './support/authenticator.ts'
import { faultsOf, launch, press, shot, type TestBrowser, tabTo, type } from './support/browser.ts'
import { reviewOf, rewrite } from './support/desk.ts'
import { consolePage, enter } from './support/enter.ts'
import { letterPdf, makeFolder, slowLine } from './support/files.ts'
import { keysOf } from './support/keys.ts'
import { everyLook, named } from './support/looks.ts'
import { seeAll } from './support/sights.ts'
import { registerConfirmed } from './support/staff.ts'

// What people do with their own account, and what is left of them when they go.

let browser: TestBrowser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.[Symbol.asyncDispose]())

const dialog = (page: Page) => page.getByRole('dialog')
const at = (place: string) => (url: URL) => url.pathname === `/console${place}`

/** What was refused on purpose is none. */
async function faultsBut(tab: Parameters<typeof faultsOf>[0], refused: RegExp): Promise<string[]> {
  return (await faultsOf(tab)).filter((each) => !refused.test(each))
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(at('/sign-in'))
}

/** Gives the password at the page to sign in, by keyboard. */
async function givePassword(
  page: Page,
  { email, password }: Pick<Client, 'email' | 'password'>,
): Promise<void> {
  await type(page, 'E-mail address', email)
  await type(page, 'Password', password)
  await page.keyboard.press('Enter')
}

async function giveCode(page: Page, code: string): Promise<void> {
  await page.getByRole('heading', { name: 'Second factor' }).waitFor()
  await type(page, 'Code of your app, or a recovery code', code)
  await page.keyboard.press('Enter')
}

/** Presses a button that asks once, and again in what it asks, by keyboard. */
async function sure(page: Page, name: string): Promise<void> {
  await press(page, name)
  const button = dialog(page).getByRole('button', { name, exact: true })
  await tabTo(page, button)
  await page.keyboard.press('Enter')
  await dialog(page).waitFor({ state: 'detached' })
}

const within = async (since: number, what: string): Promise<void> => {
  const seconds = (performance.now() - since) / 1000
  console.info(`${what} after ${seconds.toFixed(1)} s`)
  expect(seconds).toBeLessThan(20)
}

test('a second factor is set up from the key that is shown, signing in asks for its code, and a recovery code works once', async () => {
  const ada = await registerConfirmed('Ada Lovelace')
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, ada, '/profile/second-factor')
  await press(page, 'Set up')
  await page.getByRole('img', { name: 'Code to scan for the app' }).waitFor()
  const secret = (await page.locator('form code').textContent()) ?? ''
  const app = authenticator(secret)
  await type(page, 'Code that the app shows', '000000')
  await press(page, 'Turn on')
  await page.getByRole('alert').waitFor()
  await type(page, 'Code that the app shows', app.code(-1))
  await press(page, 'Turn on')
  await dialog(page).getByRole('heading', { name: 'Your recovery codes' }).waitFor()
  const codes = await dialog(page).locator('li code').allTextContents()
  expect(new Set(codes).size).toBe(10)
  expect(await faultsBut(tab, /^403: /)).toEqual([])
  await press(page, 'I have kept them')
  await page.getByText('10 recovery codes left').waitFor()
  // What is secret has gone with its dialogue.
  const left = await page.content()
  for (const secretOne of [secret, ...codes]) expect(left).not.toContain(secretOne)

  await signOut(page)
  await givePassword(page, ada)
  await giveCode(page, '000000')
  await page.getByRole('alert').waitFor()
  expect(await faultsBut(tab, /^403: /)).toEqual([])
  await shot(page, 'console-sign-in-code')
  await giveCode(page, app.code())
  await page.waitForURL((url) => url.pathname.startsWith('/console') && !url.pathname.endsWith('/sign-in'))

  const [first = '', second = ''] = codes
  await signOut(page)
  await givePassword(page, ada)
  await giveCode(page, first.toUpperCase())
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
  await page.goto(consolePage(ada, '/profile/second-factor'))
  await page.getByText('9 recovery codes left').waitFor()
  await signOut(page)
  await givePassword(page, ada)
  await giveCode(page, first)
  await page.getByRole('alert').waitFor()
  await giveCode(page, second)
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()

  await page.goto(consolePage(ada, '/profile/second-factor'))
  await sure(page, 'Turn off')
  await page.getByRole('button', { name: 'Set up' }).waitFor()
  await signOut(page)
  await givePassword(page, ada)
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
})

test('whoever ends their other sessions puts another browser out within seconds', async () => {
  const ada = await registerConfirmed('Ada Lovelace')
  const projectId = await ada.project({ name: 'Secret letters' })
  await using mine = await browser.open()
  await using theirs = await browser.open()
  const { page } = theirs
  await enter(page, ada, `/projects/${projectId}`)
  await page.getByRole('heading', { level: 1, name: 'Secret letters' }).waitFor()
  await enter(mine.page, ada, '/profile/sessions')
  // This one, the other browser, and the program that registered.
  const list = mine.page.getByRole('main').getByRole('listitem')
  await eventually('all three are listed', async () => (await list.count()) === 3)
  expect(await list.filter({ hasText: 'This session' }).count()).toBe(1)
  expect(await list.filter({ hasText: 'Linux' }).count()).toBe(2)
  expect(await faultsOf(mine)).toEqual([])

  await sure(mine.page, 'End all others')
  const ended = performance.now()
  await page.waitForURL(at('/sign-in'))
  await within(ended, 'another browser is out')
  await eventually('one is left', async () => (await list.count()) === 1)
  expect((await ada.call('GET', '/api/v1/auth/me')).status).toBe(401)
  expect(await faultsOf(mine)).toEqual([])
})

test('one session is ended and the others stay', async () => {
  const ada = await registerConfirmed('Ada Lovelace')
  await using mine = await browser.open()
  await using phone = await browser.open('narrow', {
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1',
  })
  await enter(phone.page, ada, '/')
  await enter(mine.page, ada, '/profile/sessions')
  const line = mine.page.getByRole('listitem').filter({ hasText: 'Safari, iOS' })
  await line.getByRole('button', { name: 'End' }).click()
  await dialog(mine.page).getByRole('button', { name: 'End', exact: true }).click()
  const ended = performance.now()
  await phone.page.waitForURL(at('/sign-in'))
  await within(ended, 'a phone is out')
  expect((await ada.call('GET', '/api/v1/auth/me')).status).toBe(200)
  await mine.page.reload()
  await mine.page.getByRole('heading', { level: 1, name: 'Profile' }).waitFor()
})

test('an API key is made with few rights and shown once, works, and is refused once it is revoked', async () => {
  const ada = await registerConfirmed('Ada Lovelace')
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, ada, '/profile/api-keys')
  await page.getByText('No API keys yet').waitFor()
  await press(page, 'New API key')
  await type(page, 'What it is for', 'Nightly scans')
  expect(await dialog(page).getByRole('button', { name: 'Create' }).isDisabled()).toBe(true)
  await tabTo(page, page.getByLabel('See projects'))
  await page.keyboard.press('Space')
  await type(page, 'Days until it ends', '7')
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'profile-api-key-new')
  await press(page, 'Create')
  await dialog(page).getByText('It is never shown again').waitFor()
  const key = (await dialog(page).locator('code').textContent()) ?? ''
  const withKey = (method: string, path: string, body?: unknown) =>
    ada.call(method, path, body, { authorization: `Bearer ${key}` })
  expect((await withKey('GET', '/api/v1/projects')).status).toBe(200)
  expect((await withKey('POST', '/api/v1/projects', { name: 'No' })).status).toBe(403)
  expect(await faultsOf(tab)).toEqual([])
  await dialog(page).getByRole('button', { name: 'Close' }).last().click()

  const line = page.getByRole('listitem').filter({ hasText: 'Nightly scans' })
  await line.getByText('See projects').waitFor()
  await line.getByText(/in (6 days|1 week)/).waitFor()
  expect(await page.content()).not.toContain(key)
  await page.reload()
  await line.waitFor()
  expect(await page.content()).not.toContain(key)
  await sure(page, 'Revoke')
  const revoked = performance.now()
  await page.getByText('No API keys yet').waitFor()
  await eventually(
    'the key is refused',
    async () => (await withKey('GET', '/api/v1/projects')).status === 401,
    150,
  )
  console.info(`a revoked key is refused after ${((performance.now() - revoked) / 1000).toFixed(1)} s`)
  expect(await faultsOf(tab)).toEqual([])
})

test('a password is changed by who knows the old one; other browsers are out, and the old one lets nobody in', async () => {
  const ada = await registerConfirmed('Ada Lovelace')
  const old = { email: ada.email, password: ada.password }
  await using mine = await browser.open()
  await using theirs = await browser.open()
  const { page } = mine
  await enter(theirs.page, ada, '/')
  await enter(page, ada, '/profile')
  const change = async (current: string, next: string) => {
    await type(page, 'Current password', current)
    await type(page, 'New password', next)
    await press(page, 'Change the password')
  }
  await change('not my password', 'a stable for four horses')
  await page.getByRole('alert').waitFor()
  await change(ada.password, 'password1')
  await page
    .getByRole('alert')
    .getByText(/tried first; choose another/)
    .waitFor()
  expect(await faultsBut(mine, /^4(00|03|22): /)).toEqual([])
  await change(ada.password, 'a stable for four horses')
  await page.getByText('Your password is changed.').waitFor()
  const changed = performance.now()
  await theirs.page.waitForURL(at('/sign-in'))
  await within(changed, 'the other browser is out')

  await givePassword(theirs.page, old)
  await theirs.page.getByRole('alert').waitFor()
  ada.password = 'a stable for four horses'
  await givePassword(theirs.page, ada)
  await theirs.page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Profile' }).waitFor()
})

/** Words that are spelled alike in both languages. */
const alike = ['Sessions', 'Applications', 'Alta', 'English', 'Français', 'Description', 'Menu']

test('everything speaks French when French is chosen, also after a reload and before signing in', async () => {
  const ada = await registerConfirmed('Ada Lovelace')
  await using tab = await browser.open()
  const { page } = tab
  const places = ['', '/second-factor', '/sessions', '/api-keys', '/applications']
  const said = async () => {
    const found: string[] = []
    for (const place of places) {
      await page.goto(consolePage(ada, `/profile${place}`))
      await page.getByRole('main').locator('section').first().waitFor()
      found.push(...(await page.locator('h1, h2, a, button, label, dt, p, option, th').allInnerTexts()))
    }
    return new Set(found.map((text) => text.trim()).filter((text) => /\p{L}/u.test(text)))
  }
  await enter(page, ada, '/profile')
  const english = await said()
  await page.goto(consolePage(ada, '/profile'))
  await page.getByLabel('Language').selectOption({ label: 'Français' })
  await page.getByRole('heading', { level: 1, name: 'Profil', exact: true }).waitFor()
  expect(await page.locator('html').getAttribute('lang')).toBe('fr')
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'profile-french')
  const both = [...(await said())].filter((text) => english.has(text) && !alike.includes(text))
  expect(both).toEqual(['Ada Lovelace'])
  expect(english.size).toBeGreaterThan(30)
  await page.getByRole('button', { name: 'Se déconnecter' }).click()
  await page.getByRole('heading', { level: 1, name: 'Se connecter' }).waitFor()
  expect(await faultsOf(tab)).toEqual([])

  // What the platform refuses as well, in its words for whoever reads English.
  await type(page, 'Adresse électronique', ada.email)
  await type(page, 'Mot de passe', 'a battery for one horse')
  await page.keyboard.press('Enter')
  const refusal = page.getByRole('alert')
  await refusal.getByText('L’adresse électronique ou le mot de passe est incorrect.').waitFor()
  await page.getByLabel('Langue').selectOption({ label: 'English' })
  await refusal.getByText('The e-mail address or the password is wrong.').waitFor()
  expect(await faultsBut(tab, /^401: /)).toEqual([])
})

test('the chosen theme holds against that of the system, also after a reload and before signing in', async () => {
  const ada = await registerConfirmed('Ada Lovelace')
  await using tab = await browser.open('light')
  const { page } = tab
  const isDark = () =>
    page.evaluate(() => {
      const [red = 255] = getComputedStyle(document.body).backgroundColor.match(/\d+/g)?.map(Number) ?? []
      return red < 100
    })
  await enter(page, ada, '/profile')
  expect(await isDark()).toBe(false)
  await page.getByLabel('Theme').selectOption({ label: 'Dark' })
  expect(await isDark()).toBe(true)
  expect(await faultsOf(tab)).toEqual([])
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Profile' }).waitFor()
  expect(await isDark()).toBe(true)
  await signOut(page)
  expect(await isDark()).toBe(true)
  await page.getByLabel('Theme').selectOption({ label: 'As the system' })
  expect(await isDark()).toBe(false)
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await isDark()).toBe(true)
})

/** All that a page can keep in a browser. */
const keptBy = (page: Page): Promise<Record<string, string>> =>
  page.evaluate(async () => ({
    ...Object.fromEntries(Object.entries({ ...localStorage }).map(([key, value]) => [`local ${key}`, value])),
    ...Object.fromEntries(
      Object.entries({ ...sessionStorage }).map(([key, value]) => [`session ${key}`, value]),
    ),
    ...Object.fromEntries((await indexedDB.databases()).map(({ name }) => [`database ${name}`, ''])),
    ...Object.fromEntries((await caches.keys()).map((name) => [`cache ${name}`, ''])),
    ...(document.cookie ? { cookie: document.cookie } : {}),
    ...(window.name ? { window: window.name } : {}),
  }))

test('signing out leaves nothing in the browser of what somebody wrote or sent, nor a way back', async () => {
  const ada = await registerConfirmed('Ada Lovelace')
  const everything = { minimumConfidence: 1, minimumWordConfidence: 1, secondReviewer: false }
  const projectId = await ada.project({ name: 'Private papers', review: everything })
  const photo = new URL('../../samples/bad-photo.jpg', import.meta.url).pathname
  const { body } = await ada.upload(projectId, 'documents', photo)
  await ada.until('documents', body.id, ['in_review'], 280)
  const { id } = await reviewOf(ada, projectId, body.id)
  await using folder = await makeFolder()
  const file = await folder.write('love-letter.pdf', letterPdf(['My dear'], 20_000_000))
  await using keeping = await launch({ keepsPages: true })
  await using tab = await keeping.open()
  const { page } = tab
  let asked = 0
  page.on('dialog', async (question) => {
    asked += 1
    await question.accept()
  })
  await enter(page, ada, `/projects/${projectId}`)
  await slowLine(page, 500_000)
  const input = page.getByLabel('Upload files', { exact: true }).and(page.locator('input'))
  await input.setInputFiles(file)
  await page
    .getByRole('listitem')
    .filter({ hasText: 'love-letter.pdf' })
    .getByText(/ of 20/)
    .waitFor()
  const second = await page.context().newPage()
  await second.goto(consolePage(ada, `/reviews/${id}`))
  await second.getByRole('listbox').waitFor()
  await rewrite(keysOf(second), 'Chrysanthemum')
  await second.getByText('Yours', { exact: true }).waitFor()

  const before = JSON.stringify(await keptBy(page))
  expect(before).toContain('Chrysanthemum')
  expect(before).toContain('love-letter.pdf')
  const cookies = await page.context().cookies()
  await signOut(page)
  const out = performance.now()
  await second.waitForURL(at('/sign-in'))
  await within(out, 'the other tab is out')
  expect(asked).toBe(0)
  await page.waitForTimeout(3_000)
  for (const each of [page, second]) {
    const kept = await keptBy(each)
    const harmless = ['local alta.theme', 'local alta.language', 'local alta.session-renewed-at']
    expect(Object.keys(kept).filter((key) => !harmless.includes(key))).toEqual([])
  }

  const names = (await page.context().cookies()).map(({ name }) => name.replace('__Secure-', ''))
  // Which says that this browser was here, and not who.
  expect(names).toEqual(['alta-device'])

  // Not by the browser's own way, nor with what somebody has copied.
  await page.goBack()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(await page.locator('body').textContent()).not.toMatch(/Private papers|love-letter|Ada Lovelace/)
  await using thief = await browser.open()
  await thief.page.context().addCookies(cookies)
  await thief.page.goto(consolePage(ada, '/'))
  await thief.page.waitForURL(at('/sign-in'))
})

test.each(everyLook)(
  'every page of a profile, and those before it, are at home in their window (%s)',
  async (look) => {
    const ada = await registerConfirmed('Ada Lovelace')
    const expiry = { scope: ['projects:read', 'documents:write'], expiresInDays: 90 }
    expect(
      (await ada.call('POST', '/api/v1/auth/api-keys', { name: 'Nightly scans', ...expiry })).status,
    ).toBe(201)
    await using tab = await browser.open(look)
    const { page } = tab
    const before = await seeAll(tab, ada, look, [
      ['console-sign-in', '/sign-in'],
      ['console-register', '/register'],
    ])
    await enter(page, ada, '/profile')
    const faults = await seeAll(tab, ada, look, [
      ['profile', '/profile'],
      ['profile-sessions', '/profile/sessions'],
      ['profile-api-keys', '/profile/api-keys'],
      ['profile-applications', '/profile/applications'],
      ['profile-second-factor-off', '/profile/second-factor'],
    ])
    await press(page, 'Set up')
    const secret = (await page.locator('form code').textContent()) ?? ''
    await shot(page, named('profile-second-factor', look))
    const setUp = await faultsOf(tab)
    await type(page, 'Code that the app shows', authenticator(secret).code())
    await page.keyboard.press('Enter')
    await dialog(page).getByRole('heading', { name: 'Your recovery codes' }).waitFor()
    await shot(page, named('profile-recovery-codes', look))
    expect({ ...before, ...faults, setUp, codes: await faultsOf(tab) }).toEqual({ setUp: [], codes: [] })
  },
)
