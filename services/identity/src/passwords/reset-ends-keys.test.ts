import { accountMailSendRequested } from '@alta/contracts/events/account-mail-send-requested.v1'
import { emitted } from '@alta/kit/testing/deliver'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { browserFor } from '../testing/browser.ts'
import { startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await startIdentity()
})
afterAll(() => identity.close())

const newPassword = 'another horse battery staple'
const exchange = async (key: string) => (await identity.post('/private/api-keys/exchange', { key })).status

/** Somebody with a key and the token of a mail. */
async function forgetful() {
  const email = await identity.register()
  const { accessToken } = await identity.login(email)
  const made = await identity.post(
    '/api/v1/auth/api-keys',
    { name: 'Import', scope: ['documents:read'] },
    accessToken,
  )
  const { key } = z.object({ key: z.string() }).parse(made.body)
  await identity.post('/api/v1/auth/password-reset', { email })
  await identity.repeat('answer requests for a new password')
  const mails = (await identity.mailsTo(email)).filter(({ template }) => template === 'reset-password')
  return { email, key, token: mails.at(-1)?.token ?? expect.fail('no mail') }
}
const confirm = (body: object) => identity.post('/api/v1/auth/password-reset/confirm', body)

/** What the mail about the new password says of keys. */
async function toldOfKeys(email: string) {
  const mails = await emitted(identity.testDatabase.admin, accountMailSendRequested)
  const mail = mails.find((one) => one.recipient.email === email && one.template === 'password-changed')
  return [mail?.parameters.keysEnded, mail?.parameters.keysLeft]
}

test('a reset ends all API keys of the account, and the mail says how many', async () => {
  const { email, key, token } = await forgetful()
  const other = await forgetful()
  expect(await exchange(key)).toBe(200)
  expect((await confirm({ token, newPassword })).status).toBe(204)
  expect(await exchange(key)).toBe(401)
  expect(await exchange(other.key)).toBe(200)
  expect(await toldOfKeys(email)).toEqual(['1', '0'])
})

test('who says so keeps them, and the mail says that they go on', async () => {
  const { email, key, token } = await forgetful()
  expect((await confirm({ token, newPassword, endApiKeys: false })).status).toBe(204)
  expect(await exchange(key)).toBe(200)
  expect(await toldOfKeys(email)).toEqual(['0', '1'])
})

test('a refused reset ends no key', async () => {
  const { key } = await forgetful()
  expect((await confirm({ token: 'made up', newPassword })).status).toBe(403)
  expect(await exchange(key)).toBe(200)
})

test('the page has the box ticked; unticked, the keys go on', async () => {
  const [ended, kept] = [await forgetful(), await forgetful()]
  const browser = browserFor('http://localhost:8080', identity.url)
  const page = await browser.open('/reset-password')
  expect(page.text).toMatch(/<input id="end-keys" [^>]*type="checkbox" value="yes" checked/)
  await browser.submit(page, { token: ended.token, password: newPassword, 'end-keys': 'yes' })
  await browser.submit(page, { token: kept.token, password: newPassword })
  expect([await exchange(ended.key), await exchange(kept.key)]).toEqual([401, 200])
})
