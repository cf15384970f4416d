import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { goodPassword, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
let admin: Awaited<ReturnType<TestIdentity['login']>>
beforeAll(async () => {
  identity = await startIdentity()
  admin = await identity.loginAsAdmin()
})
afterAll(() => identity.close())

const member = async () => {
  const email = await identity.register()
  return { email, ...(await identity.login(email)) }
}
const disable = (id: string, token = admin.accessToken) =>
  identity.post(`/api/v1/users/${id}/disable`, undefined, token)
const setRoles = (id: string, roles: unknown, token = admin.accessToken) =>
  identity.put(`/api/v1/users/${id}/roles`, { roles }, token)

test('who is disabled is out at once: access token, refresh token, password and mails', async () => {
  const { email, user, accessToken, refreshToken } = await member()
  await identity.post('/api/v1/auth/password-reset', { email })
  await identity.repeat('answer requests for a new password')
  const reset = (await identity.mailsTo(email)).at(-1)?.token
  expect((await disable(user.id)).status).toBe(204)
  await identity.hearRevocations()

  expect((await identity.get('/api/v1/auth/me', accessToken)).code).toBe('session_ended')
  expect((await identity.post('/api/v1/auth/refresh', { refreshToken })).code).toBe('invalid_refresh_token')
  const login = await identity.post('/api/v1/auth/login', { email, password: goodPassword })
  expect([login.status, login.code]).toEqual([403, 'account_disabled'])
  const wrong = await identity.post('/api/v1/auth/login', { email, password: 'wrong horse battery' })
  expect([wrong.status, wrong.code]).toEqual([401, 'invalid_credentials'])
  const confirm = { token: reset, newPassword: 'another horse battery' }
  expect((await identity.post('/api/v1/auth/password-reset/confirm', confirm)).code).toBe('invalid_token')

  expect((await disable(user.id)).status).toBe(204)
  expect((await identity.get(`/api/v1/users/${user.id}`, admin.accessToken)).body).toMatchObject({
    email,
    disabledAt: expect.any(String),
  })
})

test('who is enabled again signs in anew; what has ended stays so', async () => {
  const { email, user, accessToken, refreshToken } = await member()
  await disable(user.id)
  expect((await identity.post(`/api/v1/users/${user.id}/enable`, undefined, admin.accessToken)).status).toBe(
    204,
  )
  await identity.hearRevocations()
  expect((await identity.post('/api/v1/auth/refresh', { refreshToken })).status).toBe(401)
  expect((await identity.get('/api/v1/auth/me', accessToken)).status).toBe(401)
  const again = await identity.login(email)
  expect((await identity.get('/api/v1/auth/me', again.accessToken)).status).toBe(200)
})

test('of sign-ins and refreshes that are under way while a user is disabled, none leaves a way in', async () => {
  const { email, user, refreshToken } = await member()
  const tries = Array.from({ length: 6 }, () =>
    identity.post('/api/v1/auth/login', { email, password: goodPassword }),
  )
  const [, ...answers] = await Promise.all([
    disable(user.id),
    identity.post('/api/v1/auth/refresh', { refreshToken }),
    ...tries,
  ])
  await identity.hearRevocations()
  for (const { body } of answers) {
    const got = z.object({ accessToken: z.string(), refreshToken: z.string() }).safeParse(body).data
    if (!got) continue
    expect((await identity.get('/api/v1/auth/me', got.accessToken)).code).toBe('session_ended')
    expect((await identity.post('/api/v1/auth/refresh', { refreshToken: got.refreshToken })).status).toBe(401)
  }
})

test('another role ends the tokens with the old ones, and the session goes on with the new', async () => {
  const { user, accessToken, refreshToken } = await member()
  expect((await setRoles(user.id, ['reviewer', 'operator', 'reviewer'])).status).toBe(204)
  await identity.hearRevocations()
  expect((await identity.get('/api/v1/auth/me', accessToken)).code).toBe('session_ended')
  const next = await identity.refresh(refreshToken)
  expect(next.user.roles).toEqual(['reviewer', 'operator'])
  expect((await identity.get('/api/v1/auth/me', next.accessToken)).status).toBe(200)
})

test('the same roles once more end nothing', async () => {
  const { user, accessToken } = await member()
  expect((await setRoles(user.id, ['member'])).status).toBe(204)
  await identity.hearRevocations()
  expect((await identity.get('/api/v1/auth/me', accessToken)).status).toBe(200)
})

test('nobody does it to themselves, to nobody, or without the permission', async () => {
  const { user, accessToken } = await member()
  expect((await disable(admin.user.id)).code).toBe('own_account')
  expect((await setRoles(admin.user.id, [])).code).toBe('own_account')
  const unknown = crypto.randomUUID()
  expect((await disable(unknown)).code).toBe('user_not_found')
  expect((await setRoles(unknown, [])).code).toBe('user_not_found')
  expect((await identity.get(`/api/v1/users/${unknown}`, admin.accessToken)).code).toBe('user_not_found')
  expect((await disable(user.id, accessToken)).code).toBe('forbidden')
  expect((await setRoles(user.id, ['admin'], accessToken)).code).toBe('forbidden')
  expect((await identity.get('/api/v1/users', accessToken)).code).toBe('forbidden')
  expect((await setRoles(user.id, ['root'])).code).toBe('validation_failed')
})

test('the list comes in pages, latest first', async () => {
  const { user } = await member()
  const list = z.object({ items: z.array(z.looseObject({ id: z.string() })), nextCursor: z.string() })
  const first = list.parse((await identity.get('/api/v1/users?limit=1', admin.accessToken)).body)
  expect(first.items.map(({ id }) => id)).toEqual([user.id])
  const rest = await identity.get(`/api/v1/users?cursor=${first.nextCursor}`, admin.accessToken)
  expect(JSON.stringify(rest.body)).not.toContain(user.id)
})
