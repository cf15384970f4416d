import { afterAll, beforeAll, expect, test } from 'vitest'
import { goodPassword, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await startIdentity()
})
afterAll(() => identity.close())

test('signing out ends the session and no other one', async () => {
  const email = await identity.register()
  const [here, there] = [await identity.login(email), await identity.login(email)]
  expect((await identity.post('/api/v1/auth/logout', undefined, here.accessToken)).status).toBe(204)
  const refresh = await identity.post('/api/v1/auth/refresh', { refreshToken: here.refreshToken })
  expect([refresh.status, refresh.code]).toEqual([401, 'invalid_refresh_token'])
  expect((await identity.get('/api/v1/auth/me', here.accessToken)).code).toBe('session_ended')
  expect((await identity.post('/api/v1/auth/logout', undefined, here.accessToken)).status).toBe(204)
  await identity.refresh(there.refreshToken)
})

test('a changed password ends the other sessions and keeps this one', async () => {
  const email = await identity.register()
  const [here, there] = [await identity.login(email), await identity.login(email)]
  const newPassword = 'another horse battery staple'
  const change = { currentPassword: goodPassword, newPassword }
  expect((await identity.post('/api/v1/auth/change-password', change, here.accessToken)).status).toBe(204)
  expect((await identity.post('/api/v1/auth/refresh', { refreshToken: there.refreshToken })).status).toBe(401)
  await identity.refresh(here.refreshToken)
  expect((await identity.post('/api/v1/auth/login', { email, password: goodPassword })).status).toBe(401)
  await identity.login(email, newPassword)
})

test('a wrong current password changes nothing', async () => {
  const email = await identity.register()
  const { accessToken } = await identity.login(email)
  const change = { currentPassword: 'not that one', newPassword: 'another horse battery staple' }
  const answer = await identity.post('/api/v1/auth/change-password', change, accessToken)
  expect([answer.status, answer.code]).toEqual([403, 'wrong_password'])
  await identity.login(email)
})

test('without a token nobody is signed in', async () => {
  for (const path of ['/api/v1/auth/logout', '/api/v1/auth/change-password']) {
    const answer = await identity.post(path, {})
    expect([answer.status, answer.code]).toEqual([401, 'unauthenticated'])
  }
  expect((await identity.get('/api/v1/auth/me')).status).toBe(401)
})
