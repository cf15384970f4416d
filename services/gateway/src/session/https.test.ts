import { afterEach, expect, test } from 'vitest'
import { accessToken, startGateway, type TestGateway } from '../testing/gateway-fixture.ts'
import { identityAnswers, ownPage, send, signedInAnswer } from './session.fixture.ts'

let gateway: TestGateway
afterEach(() => gateway.close())

const https = { 'x-forwarded-proto': 'https' }
async function signIn(trustedHops: number, headers: Record<string, string>) {
  gateway = await startGateway({ trustedHops })
  identityAnswers(gateway, { '/api/v1/auth/login': { status: 200, body: await signedInAnswer() } })
  const body = { email: 'a@example.org', password: 'correct horse' }
  const { cookies } = await send(gateway, 'POST', '/api/v1/session', {
    headers: { ...ownPage, ...headers },
    body,
  })
  return cookies
}

test('over https cookies are for https alone, and their names say so', async () => {
  for (const cookie of await signIn(1, https)) {
    expect(cookie).toMatch(/^__Secure-alta-\w+=.*; HttpOnly; SameSite=Strict; Secure$/)
  }
})

test('whoever speaks to the gateway itself cannot say that it is https', async () => {
  for (const cookie of await signIn(0, https)) expect(cookie).not.toContain('Secure')
})

test('of several proxies each says what it saw: the outermost of ours counts', async () => {
  for (const cookie of await signIn(1, { 'x-forwarded-proto': 'https, http' }))
    expect(cookie).not.toContain('Secure')
})

test('over https a cookie that anybody could have planted by http counts for nothing', async () => {
  gateway = await startGateway({ trustedHops: 1 })
  const token = await accessToken()
  const ask = async (name: string, more = {}) =>
    (
      await send(gateway, 'GET', '/api/v1/projects', {
        headers: { ...https, ...ownPage, cookie: `${name}=${token}`, ...more },
      })
    ).status
  expect(await ask('alta-access')).toBe(401)
  expect(await ask('__Secure-alta-access')).toBe(200)
})
