import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { accessToken, startGateway, type TestGateway } from '../testing/gateway-fixture.ts'
import { identityAnswers, ownPage, refusal, send, signedInAnswer } from './session.fixture.ts'

let gateway: TestGateway
let token: string
beforeAll(async () => {
  gateway = await startGateway()
  token = await accessToken()
})
afterAll(() => gateway.close())
beforeEach(() => {
  gateway.stub.calls.length = 0
})

const signOut = (cookie: string | undefined, headers: Record<string, string> = ownPage) =>
  send(gateway, 'DELETE', '/api/v1/session', { headers: { ...headers, ...(cookie ? { cookie } : {}) } })
const asked = () => gateway.stub.calls.map(({ url }) => url)
const removed = [
  'alta-access=; Path=/api; Max-Age=0; HttpOnly; SameSite=Strict',
  'alta-refresh=; Path=/api/v1/session; Max-Age=0; HttpOnly; SameSite=Strict',
]

test('signing out ends the session at identity and removes its cookies, but not that of the device', async () => {
  identityAnswers(gateway, { '/api/v1/auth/logout': { status: 204 } })
  const { status, cookies } = await signOut(`alta-access=${token}; alta-refresh=refresh-0; alta-device=d`)
  expect([status, cookies]).toEqual([204, removed])
  expect(gateway.stub.calls[0]?.headers.authorization).toBe(`Bearer ${token}`)
  expect(asked()).toEqual(['/api/v1/auth/logout'])
})

test('a session that has ended already is signed out of as well', async () => {
  const body = refusal(401, 'session_ended')
  identityAnswers(gateway, {
    '/api/v1/auth/logout': { status: 401, body },
    '/api/v1/auth/refresh': { status: 401, body },
  })
  const { status, cookies } = await signOut(`alta-access=${token}; alta-refresh=refresh-0`)
  expect([status, cookies]).toEqual([204, removed])
})

test('a session whose access token has run out is ended all the same', async () => {
  identityAnswers(gateway, {
    '/api/v1/auth/refresh': { status: 200, body: await signedInAnswer() },
    '/api/v1/auth/logout': { status: 204 },
  })
  const { status, cookies } = await signOut('alta-refresh=refresh-0')
  expect([status, cookies]).toEqual([204, removed])
  expect(asked()).toEqual(['/api/v1/auth/refresh', '/api/v1/auth/logout'])
})

test('while identity is away nobody is told that they are signed out', async () => {
  gateway.stub.away.add('identity')
  const { status, cookies } = await signOut(`alta-access=${token}; alta-refresh=refresh-0`)
  gateway.stub.away.clear()
  expect([status, cookies]).toEqual([503, []])
})

test('another site can sign nobody out', async () => {
  await signOut(`alta-access=${token}; alta-refresh=refresh-0`, { 'sec-fetch-site': 'cross-site' })
  expect(asked()).toEqual([])
})
