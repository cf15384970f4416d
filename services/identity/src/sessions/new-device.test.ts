import { accountMailSendRequested } from '@alta/contracts/events/account-mail-send-requested.v1'
import { emitted } from '@alta/kit/testing/deliver'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { goodPassword, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await startIdentity()
})
afterAll(() => identity.close())

const [home, cafe, attacker] = ['198.51.100.1', '198.51.100.2', '203.0.113.1']
const signIn = async (email: string, address: string, more: Record<string, unknown> = {}) =>
  identity.post('/api/v1/auth/login', { email, password: goodPassword, ...more }, undefined, {
    address,
    userAgent: 'Firefox',
  })

/** Where the sign-ins came from that the owner was told of. */
async function toldOf(email: string) {
  const mails = await emitted(identity.testDatabase.admin, accountMailSendRequested)
  return mails
    .filter(({ recipient, parameters }) => recipient.email === email && parameters.change === 'new-device')
    .map(({ parameters }) => parameters.address)
}

test('the first sign-in of an account is told to nobody, and each from a new place once', async () => {
  const email = await identity.register()
  await signIn(email, home)
  expect(await toldOf(email)).toEqual([])
  await signIn(email, attacker)
  await signIn(email, attacker)
  await signIn(email, home)
  expect(await toldOf(email)).toEqual([attacker])
})

test('of ten sign-ins at once from one new place one is told, with when, where and by what', async () => {
  const email = await identity.register()
  await signIn(email, home)
  await Promise.all(Array.from({ length: 10 }, () => signIn(email, attacker)))
  expect(await toldOf(email)).toEqual([attacker])
  const mails = await emitted(identity.testDatabase.admin, accountMailSendRequested)
  const mail = mails.find(({ recipient }) => recipient.email === email)
  expect(mail).toMatchObject({
    template: 'account-changed',
    parameters: { change: 'new-device', address: attacker, userAgent: 'Firefox', at: expect.any(String) },
  })
})

test('a device that has its token is known wherever it is; a made-up token is not', async () => {
  const email = await identity.register()
  const answer = await signIn(email, home, { rememberDevice: true })
  const { deviceToken } = z.object({ deviceToken: z.string() }).parse(answer.body)
  await signIn(email, cafe, { deviceToken })
  expect(await toldOf(email)).toEqual([])
  await signIn(email, attacker, { deviceToken: 'made up' })
  expect(await toldOf(email)).toEqual([attacker])
})

test('a wrong password is told to nobody', async () => {
  const email = await identity.register()
  await signIn(email, home)
  await signIn(email, attacker, { password: 'not the right one' })
  expect(await toldOf(email)).toEqual([])
})

test('an account that was not used for so long that its clients are forgotten is no new one', async () => {
  const email = await identity.register()
  await signIn(email, home)
  const { admin } = identity.testDatabase
  await admin.query(`update users set created_at = now() - interval '91 days' where email = $1`, [email])
  await admin.query(`update known_clients set last_used_at = now() - interval '91 days'`)
  await identity.repeat('forget unused clients')
  await signIn(email, attacker)
  expect(await toldOf(email)).toEqual([attacker])
})

test('where somebody has chosen a new password by mail they are no stranger', async () => {
  const email = await identity.register()
  await signIn(email, home)
  await identity.post('/api/v1/auth/password-reset', { email })
  await identity.repeat('answer requests for a new password')
  const token = (await identity.mailsTo(email)).find(({ template }) => template === 'reset-password')?.token
  const password = 'a new horse and staple'
  await identity.post('/api/v1/auth/password-reset/confirm', { token, newPassword: password }, undefined, {
    address: cafe,
  })
  await signIn(email, cafe, { password })
  expect(await toldOf(email)).toEqual([])
  // Every other place is new again.
  await signIn(email, home, { password })
  expect(await toldOf(email)).toEqual([home])
})
