import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../testing/gateway-fixture.ts'
import { identityAnswers, ownPage, refusal, send, signedInAnswer, user } from './session.fixture.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())
beforeEach(() => {
  gateway.stub.calls.length = 0
})

const credentials = { email: 'ada@example.org', password: 'correct horse' }
const signIn = (headers: Record<string, string> = ownPage) =>
  send(gateway, 'POST', '/api/v1/session', { headers, body: credentials })

test('signing in puts the tokens into cookies that no script reads, and none of them into the answer', async () => {
  const told = await signedInAnswer({ deviceToken: 'device-1' })
  identityAnswers(gateway, { '/api/v1/auth/login': { status: 200, body: told } })
  const { status, body, text, cookies, headers } = await signIn()
  expect(status).toBe(200)
  expect(body).toEqual({ user, expiresIn: 600 })
  const ends = 'HttpOnly; SameSite=Strict'
  expect(cookies).toEqual([
    `alta-access=${told.accessToken}; Path=/api; Max-Age=600; ${ends}`,
    `alta-refresh=refresh-1; Path=/api/v1/session; Max-Age=2592000; ${ends}`,
    `alta-device=device-1; Path=/api/v1/session; Max-Age=31536000; ${ends}`,
  ])
  const shown = text + JSON.stringify({ ...headers, 'set-cookie': undefined })
  for (const token of [told.accessToken, 'refresh-1', 'device-1']) expect(shown).not.toContain(token)
  expect(headers['cache-control']).toBe('no-store')
})

test('identity hears who asks, from where and with what, and of the device that was remembered', async () => {
  identityAnswers(gateway, { '/api/v1/auth/login': { status: 200, body: await signedInAnswer() } })
  await signIn({
    ...ownPage,
    cookie: 'alta-device=device-0',
    'user-agent': 'Firefox',
    'x-request-id': 'mine',
  })
  const [call] = gateway.stub.calls
  expect(call).toMatchObject({
    appId: 'identity',
    method: 'POST',
    url: '/api/v1/auth/login',
    headers: {
      'user-agent': 'Firefox',
      'x-request-id': 'mine',
      'alta-client-address': '127.0.0.1',
      'x-forwarded-for': '127.0.0.1',
    },
  })
  expect(JSON.parse(call?.body ?? '')).toEqual({
    ...credentials,
    deviceToken: 'device-0',
    rememberDevice: true,
  })
  expect(call?.headers.cookie).toBeUndefined()
})

test('who has a second factor gets the challenge, and is signed in by its code', async () => {
  const needed = { mfaRequired: true, challenge: 'once', expiresIn: 300 }
  identityAnswers(gateway, {
    '/api/v1/auth/login': { status: 200, body: needed },
    '/api/v1/auth/login/code': { status: 200, body: await signedInAnswer() },
  })
  const first = await signIn()
  expect(first.body).toEqual(needed)
  expect(first.cookies).toEqual([])
  const body = { challenge: 'once', code: '123456' }
  const second = await send(gateway, 'POST', '/api/v1/session/code', { headers: ownPage, body })
  expect(second.body).toEqual({ user, expiresIn: 600 })
  expect(second.cookies).toHaveLength(2)
  expect(JSON.parse(gateway.stub.calls.at(-1)?.body ?? '')).toEqual({ ...body, rememberDevice: true })
})

test.each([
  [401, 'invalid_credentials', {}],
  [403, 'account_disabled', {}],
  [429, 'too_many_attempts', { 'retry-after': '8' }],
  [503, 'too_busy', { 'retry-after': '1' }],
])('a refusal of identity comes through as it is: %s %s', async (status, code, headers) => {
  identityAnswers(gateway, { '/api/v1/auth/login': { status, headers, body: refusal(status, code) } })
  const answer = await signIn()
  expect(answer.status).toBe(status)
  expect(answer.body).toMatchObject({ status, code, title: 'Refused', detail: 'Because.' })
  expect(answer.headers).toMatchObject(headers)
  expect(answer.cookies).toEqual([])
})

test('a page of another site can sign nobody in, as itself or as anybody', async () => {
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) {
    const answer = await signIn(headers)
    expect(answer.status).toBe(403)
    expect(answer.body.code).toBe('origin_not_allowed')
  }
  expect(gateway.stub.calls).toEqual([])
})

test('while identity is away that is said', async () => {
  gateway.stub.away.add('identity')
  const answer = await signIn()
  gateway.stub.away.clear()
  expect([answer.status, answer.body.code]).toEqual([503, 'upstream_unavailable'])
})
