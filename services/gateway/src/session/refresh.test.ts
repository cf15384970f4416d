import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { smallBodies, startGateway, type TestGateway } from '../testing/gateway-fixture.ts'
import { identityAnswers, ownPage, refusal, send, signedInAnswer, user } from './session.fixture.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())
beforeEach(() => {
  gateway.stub.calls.length = 0
})

const refresh = (headers: Record<string, string>) =>
  send(gateway, 'POST', '/api/v1/session/refresh', { headers })
const cookie = 'alta-refresh=refresh-0'

test('a session goes on with what is in the cookie, and the answer has no token', async () => {
  const told = await signedInAnswer()
  identityAnswers(gateway, { '/api/v1/auth/refresh': { status: 200, body: told } })
  const { body, cookies, text } = await refresh({ ...ownPage, cookie })
  expect(body).toEqual({ user, expiresIn: 600 })
  expect(text).not.toContain(told.accessToken)
  expect(cookies.map((one) => one.split(';')[0])).toEqual([
    `alta-access=${told.accessToken}`,
    'alta-refresh=refresh-1',
  ])
  expect(gateway.stub.calls[0]?.body).toBe('{"refreshToken":"refresh-0"}')
})

test('two tabs that refresh at once are both signed in, with what identity gives to both', async () => {
  identityAnswers(gateway, { '/api/v1/auth/refresh': { status: 200, body: await signedInAnswer() } })
  const both = await Promise.all([refresh({ ...ownPage, cookie }), refresh({ ...ownPage, cookie })])
  expect(both.map(({ status }) => status)).toEqual([200, 200])
  expect(both[0]?.cookies[1]).toBe(both[1]?.cookies[1])
})

test('identity may take longer than a body would', async () => {
  const told = JSON.stringify(await signedInAnswer())
  gateway.stub.answer('identity', (_seen, response) => {
    response.setHeader('content-type', 'application/json')
    setTimeout(() => response.end(told), smallBodies.json.total + 500)
  })
  expect((await refresh({ ...ownPage, cookie })).status).toBe(200)
  const body = { sent: 'although the route takes none' }
  const headers = { ...ownPage, cookie }
  expect((await send(gateway, 'POST', '/api/v1/session/refresh', { headers, body })).status).toBe(200)
})

test('without a session there is nothing to go on with, and identity is not asked', async () => {
  const none = await refresh(ownPage)
  expect([none.status, none.body.code]).toEqual([401, 'unauthenticated'])
  const elsewhere = await refresh({ 'sec-fetch-site': 'cross-site', cookie })
  expect(elsewhere.status).toBe(401)
  expect(gateway.stub.calls).toEqual([])
})

test('that a session has ended is told in identity’s words', async () => {
  const body = refusal(401, 'invalid_refresh_token')
  identityAnswers(gateway, { '/api/v1/auth/refresh': { status: 401, body } })
  const answer = await refresh({ ...ownPage, cookie })
  expect([answer.status, answer.body.code]).toEqual([401, 'invalid_refresh_token'])
})

test('a page hears whether there is a session to go on with, without asking identity', async () => {
  const held = async (headers: Record<string, string>) =>
    (await send(gateway, 'GET', '/api/v1/session', { headers })).body
  expect(await held(ownPage)).toEqual({ held: false })
  expect(await held({ ...ownPage, cookie: 'alta-refresh=refresh-1' })).toEqual({ held: true })
  expect(await held({ 'sec-fetch-site': 'cross-site', cookie: 'alta-refresh=refresh-1' })).toEqual({
    held: false,
  })
  expect(gateway.stub.calls).toEqual([])
})
