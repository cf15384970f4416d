import { openSidecar } from '@alta/kit/dapr/sidecar'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { accessToken, startGateway, type TestGateway } from '../testing/gateway-fixture.ts'
import { apiKeys } from './api-keys.ts'

const key = 'alta_a-key-of-a-program'
let gateway: TestGateway
let token: string
beforeAll(async () => {
  gateway = await startGateway()
  token = await accessToken({ scope: 'documents:read' })
})
afterAll(() => gateway.close())
beforeEach(() => {
  gateway.stub.calls.length = 0
})

const exchanges = () => gateway.stub.calls.filter(({ url }) => url === '/private/api-keys/exchange')
const identityAnswers = (status: number, body: unknown) =>
  gateway.stub.answer('identity', (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
const call = (bearer: string, path = '/api/v1/projects') =>
  fetch(gateway.url + path, { headers: { authorization: `Bearer ${bearer}` } })

test('a service sees the access token of a key and never the key; it is asked for once', async () => {
  identityAnswers(200, { accessToken: token, expiresIn: 120 })
  const answers = await Promise.all(Array.from({ length: 5 }, () => call(key)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  expect((await call(key)).status).toBe(200)
  expect(exchanges()).toHaveLength(1)
  const seen = gateway.stub.calls.filter(({ appId }) => appId === 'documents')
  expect(seen).toHaveLength(6)
  for (const { headers } of seen) expect(headers.authorization).toBe(`Bearer ${token}`)
})

test('a route for anyone gets neither the key nor a token for it', async () => {
  await fetch(`${gateway.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: '{}',
  })
  expect(gateway.stub.calls.map(({ url, headers }) => [url, headers.authorization])).toEqual([
    ['/api/v1/auth/login', undefined],
  ])
})

test('a key that identity refuses is 401 and reaches no service; without identity it is 503', async () => {
  identityAnswers(401, { code: 'invalid_api_key' })
  const refused = await call('alta_unknown')
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
    401,
    expect.stringContaining('invalid_token'),
  ])
  gateway.stub.away.add('identity')
  expect((await call('alta_another')).status).toBe(503)
  gateway.stub.away.delete('identity')
  identityAnswers(200, { accessToken: token, expiresIn: 120 })
  expect((await call('alta_another')).status).toBe(200)
  const services = gateway.stub.calls.filter(({ appId }) => appId === 'documents')
  expect(services).toHaveLength(1)
})

test('a token is kept for a minute at most and half of its life, and asked for anew when it is refused', async () => {
  let clock = 0
  const keys = apiKeys(
    openSidecar({ DAPR_HTTP_PORT: gateway.stub.port, DAPR_API_TOKEN: 'sidecar-token' }),
    () => clock,
  )
  identityAnswers(200, { accessToken: token, expiresIn: 20 })
  await keys.tokenFor(key)
  clock = 9_999
  await keys.tokenFor(key)
  expect(exchanges()).toHaveLength(1)
  clock = 10_001
  identityAnswers(200, { accessToken: token, expiresIn: 600 })
  await keys.tokenFor(key)
  clock += 59_999
  await keys.tokenFor(key)
  expect(exchanges()).toHaveLength(2)
  keys.forget(key)
  await keys.tokenFor(key)
  expect(exchanges()).toHaveLength(3)
})
