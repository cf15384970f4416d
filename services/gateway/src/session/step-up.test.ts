import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { accessToken, startGateway, type TestGateway } from '../testing/gateway-fixture.ts'
import { identityAnswers, ownPage, refusal, send } from './session.fixture.ts'

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

const stepUp = (headers: Record<string, string>, body: object = { password: 'correct horse' }) =>
  send(gateway, 'POST', '/api/v1/session/step-up', { headers, body })

test('a proof is kept in the session, and the page does not see it', async () => {
  const proven = await accessToken({ auth_time: 1 })
  const told = { accessToken: proven, tokenType: 'Bearer', expiresIn: 600 }
  identityAnswers(gateway, { '/api/v1/auth/step-up': { status: 200, body: told } })
  const { body, cookies } = await stepUp({ ...ownPage, cookie: `alta-access=${token}; alta-device=d` })
  expect(body).toEqual({ expiresIn: 600 })
  expect(cookies).toEqual([`alta-access=${proven}; Path=/api; Max-Age=600; HttpOnly; SameSite=Strict`])
  expect(gateway.stub.calls[0]?.headers.authorization).toBe(`Bearer ${token}`)
  expect(gateway.stub.calls[0]?.body).toBe('{"password":"correct horse","deviceToken":"d"}')
})

test('what is missing or wrong is told in identity’s words', async () => {
  const body = refusal(403, 'code_required')
  identityAnswers(gateway, { '/api/v1/auth/step-up': { status: 403, body } })
  const answer = await stepUp({ ...ownPage, cookie: `alta-access=${token}` })
  expect([answer.status, answer.body.code]).toEqual([403, 'code_required'])
  expect(answer.cookies).toEqual([])
})

test('it is for a session in cookies: others have a route of identity’s', async () => {
  expect((await stepUp(ownPage)).status).toBe(401)
  expect((await stepUp({ ...ownPage, authorization: `Bearer ${token}` })).status).toBe(401)
  expect((await stepUp({ 'sec-fetch-site': 'cross-site', cookie: `alta-access=${token}` })).status).toBe(401)
  expect(gateway.stub.calls).toEqual([])
})
