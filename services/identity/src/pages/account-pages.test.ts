import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Browser, browserFor, type Visited } from '../testing/browser.ts'
import { goodPassword, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'
import { script } from './assets.ts'

const ORIGIN = 'http://localhost:8080'
let identity: TestIdentity
beforeAll(async () => {
  identity = await startIdentity()
})
afterAll(() => identity.close())

const browser = (): Browser => browserFor(ORIGIN, identity.url)

/** The latest token that was mailed there with this template. */
async function mailed(email: string, template: string): Promise<string> {
  const mails = (await identity.mailsTo(email)).filter((mail) => mail.template === template)
  return mails.at(-1)?.token ?? expect.fail(`no ${template} was mailed to ${email}`)
}

async function fill(path: string, fields: Record<string, string>, at = browser()): Promise<Visited> {
  return at.submit(await at.open(path), fields)
}

test('somebody who has forgotten the password gets a new one with a browser that runs no scripts', async () => {
  const email = await identity.register()
  expect((await fill('/forgotten-password', { email })).text).toContain('a mail is on its way')
  await identity.repeat('answer requests for a new password')
  const token = await mailed(email, 'reset-password')
  const done = await fill('/reset-password', { token: ` ${token} `, password: 'a new horse and staple' })
  expect(done.text).toContain('role="status">Your password is changed')
  expect((await identity.login(email, 'a new horse and staple')).user.email).toBe(email)
})

test('the page says the same of an address without an account', async () => {
  const known = await fill('/forgotten-password', { email: await identity.register() })
  const unknown = await fill('/forgotten-password', { email: 'nobody-knows@example.org' })
  expect(unknown.text).toBe(known.text)
})

test('a used or made-up code, and a password that everybody has, are told in words and change nothing', async () => {
  const email = await identity.register()
  const made = await fill('/reset-password', { token: 'made-up', password: 'a new horse and staple' })
  expect([made.status, made.text.includes('not valid any more')]).toEqual([403, true])
  await fill('/forgotten-password', { email })
  await identity.repeat('answer requests for a new password')
  const token = await mailed(email, 'reset-password')
  const weak = await fill('/reset-password', { token, password: 'password1' })
  expect([weak.status, weak.text.includes('role="alert">This password is too short')]).toEqual([422, true])
  // The one that may still be right waits in the page, and what was unticked stays so; the one that is wrong is asked for.
  expect(weak.text).toContain(`<input type="hidden" name="token" value="${token}">`)
  expect(weak.text).not.toContain('checked')
  expect(made.text).toContain('Code from the mail')
  expect((await identity.login(email, goodPassword)).user.email).toBe(email)
})

test('an address is confirmed by its code together with the account, and nobody stays signed in by it', async () => {
  const email = await identity.register()
  const token = await mailed(email, 'welcome')
  const wrong = await fill('/verify-email', { token, email, password: 'not-the-password' })
  expect([wrong.status, wrong.text.includes('is wrong')]).toEqual([422, true])
  const done = await fill('/verify-email', { token, email, password: goodPassword })
  expect(done.text).toContain('Your address is confirmed')
  expect(done.headers.getSetCookie()).toEqual([])
  const { accessToken } = await identity.login(email)
  expect((await identity.get('/api/v1/auth/me', accessToken)).body).toMatchObject({ emailVerified: true })
  const sessions = await identity.get('/api/v1/auth/sessions', accessToken)
  expect(sessions.body).toMatchObject({ items: [{ current: true }] })
})

test('somebody else’s code confirms nothing', async () => {
  const token = await mailed(await identity.register(), 'welcome')
  const other = await identity.register()
  expect((await fill('/verify-email', { token, email: other, password: goodPassword })).status).toBe(403)
})

test('a new address counts once its code and the account have come together', async () => {
  const email = await identity.register()
  const { accessToken } = await identity.login(email)
  const next = `new-${email}`
  await identity.post('/api/v1/auth/change-email', { email: next, password: goodPassword }, accessToken)
  const token = await mailed(next, 'confirm-new-email')
  const done = await fill('/confirm-email', { token, email, password: goodPassword })
  expect(done.text).toContain('Your new address counts')
  expect((await identity.login(next)).user.email).toBe(next)
})

test('pages speak the language of the browser, have labels for every field, and keep what was typed but for secrets', async () => {
  const answer = await fetch(`${identity.url}/verify-email`, {
    headers: { 'dapr-api-token': 'app-token-for-tests', 'accept-language': 'de, fr-CA;q=0.8, en;q=0.5' },
  })
  const page = await answer.text()
  expect(page).toContain('<html lang="fr">')
  for (const [, id] of page.matchAll(/<input id="([^"]+)"/g)) expect(page).toContain(`<label for="${id}">`)
  const wrong = await fill('/verify-email', { token: 'x', email: 'a@example.org', password: 'hidden-one' })
  expect(wrong.text).toContain('value="a@example.org"')
  expect(wrong.text).not.toContain('hidden-one')
})

test('a form that another site sends is refused, and so is what is no form', async () => {
  const post = (headers: Record<string, string>, body: string) =>
    fetch(`${identity.url}/forgotten-password`, {
      method: 'POST',
      body,
      headers: { 'dapr-api-token': 'app-token-for-tests', ...headers },
    })
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  expect((await post({ ...form, 'sec-fetch-site': 'cross-site' }, 'email=a@example.org')).status).toBe(403)
  expect((await post({ 'content-type': 'application/json' }, '{}')).status).toBe(415)
  expect((await post(form, `email=${'a'.repeat(20_000)}`)).status).toBe(413)
  expect((await post(form, 'email=%00')).status).toBe(400)
})

test('the script that fills the code in is a file of ours and takes it from behind the #', async () => {
  const page = await browser().open('/reset-password')
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
  const path = /<script src="([^"]+)" defer>/.exec(page.text)?.[1] ?? expect.fail('no script')
  expect((await browser().open(path)).text).toBe(script)
})
