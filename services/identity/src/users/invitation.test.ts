import { userRegistered } from '@alta/contracts/events/user-registered.v1'
import { emitted } from '@alta/kit/testing/deliver'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goodPassword, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
let admin: Awaited<ReturnType<TestIdentity['login']>>
beforeAll(async () => {
  identity = await startIdentity()
  admin = await identity.loginAsAdmin()
})
afterAll(() => identity.close())

let people = 0
const somebody = (more: object = {}) => ({ email: `guest-${++people}@example.org`, name: 'Grace', ...more })
const invite = (person: object, token = admin.accessToken) => identity.post('/api/v1/users', person, token)
const tokenFor = async (email: string) => (await identity.mailsTo(email)).at(-1)?.token
const choose = (token: string | undefined, newPassword = goodPassword) =>
  identity.post('/api/v1/auth/password-reset/confirm', { token, newPassword })

test('who is invited chooses a password with the mail, and is in with the roles given and a proven address', async () => {
  const { email, name } = somebody()
  const invited = await invite({ email: email.toUpperCase(), name, roles: ['reviewer'], locale: 'fr' })
  expect(invited).toMatchObject({
    status: 201,
    body: { email, name, locale: 'fr', roles: ['reviewer'], emailVerified: false, kind: 'person' },
  })
  expect(await emitted(identity.testDatabase.admin, userRegistered)).toContainEqual(
    expect.objectContaining({ email, name, locale: 'fr' }),
  )
  expect((await choose(await tokenFor(email))).status).toBe(204)
  const { accessToken } = await identity.login(email)
  expect((await identity.get('/api/v1/auth/me', accessToken)).body).toMatchObject({
    roles: ['reviewer'],
    emailVerified: true,
    tenantId: admin.user.tenantId,
  })
  // Of a password that was none before nobody is told that it has changed.
  expect((await identity.mailsTo(email)).map(({ template }) => template)).toEqual(['invitation'])
})

test('until then nobody signs in, and is told nothing else than for an address without an account', async () => {
  const { email } = somebody()
  await invite(somebody({ email }))
  const attempts = [email, 'nobody@example.org'].map((address) =>
    identity.post('/api/v1/auth/login', { email: address, password: goodPassword }),
  )
  for (const { status, code } of await Promise.all(attempts))
    expect([status, code]).toEqual([401, 'invalid_credentials'])
})

test('the link of an invitation works once', async () => {
  const { email } = somebody()
  await invite(somebody({ email }))
  const token = await tokenFor(email)
  expect((await choose(token)).status).toBe(204)
  expect((await choose(token, 'another horse battery')).code).toBe('invalid_token')
})

test('who has lost the mail asks for a new password', async () => {
  const { email } = somebody()
  await invite(somebody({ email }))
  await identity.post('/api/v1/auth/password-reset', { email })
  await identity.repeat('answer requests for a new password')
  expect((await choose(await tokenFor(email))).status).toBe(204)
  await identity.login(email)
})

test('the invitation of who was disabled meanwhile opens nothing', async () => {
  const { email } = somebody()
  const { body } = await invite(somebody({ email }))
  const { id } = body as { id: string }
  await identity.post(`/api/v1/users/${id}/disable`, undefined, admin.accessToken)
  expect((await choose(await tokenFor(email))).code).toBe('invalid_token')
})

test('an address that has an account, here or in another tenant, is not invited', async () => {
  const elsewhere = await identity.registerElsewhere()
  for (const email of [await identity.register(), elsewhere.email]) {
    const { status, code } = await invite(somebody({ email }))
    expect([status, code]).toEqual([409, 'email_taken'])
    expect((await identity.mailsTo(email)).map(({ template }) => template)).toEqual(['welcome'])
  }
})

test('who is invited elsewhere is of that tenant', async () => {
  const elsewhere = await identity.registerElsewhere(['admin'])
  const { accessToken } = await identity.login(elsewhere.email)
  const { email } = somebody()
  expect((await invite(somebody({ email, roles: ['admin'] }), accessToken)).status).toBe(201)
  await choose(await tokenFor(email))
  expect((await identity.login(email)).user).toMatchObject({ tenantId: elsewhere.tenantId, roles: ['admin'] })
  const seen = await identity.get('/api/v1/users?limit=100', admin.accessToken)
  expect(JSON.stringify(seen.body)).not.toContain(email)
})

test('nobody invites without the permission, or with a name that is a message', async () => {
  const { accessToken } = await identity.login(await identity.register())
  expect((await invite(somebody(), accessToken)).code).toBe('forbidden')
  expect((await invite(somebody({ name: 'Win at www.example.org' }))).code).toBe('validation_failed')
  expect((await invite(somebody({ roles: ['root'] }))).code).toBe('validation_failed')
})
