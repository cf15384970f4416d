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

test('a refusal that is not about the key is 503 and not remembered; what is no key at all is 401', async () => {
  identityAnswers(403, { errorCode: 'ERR_DIRECT_INVOKE' })
  expect((await call('alta_during-a-rollout')).status).toBe(503)
  identityAnswers(200, { accessToken: token, expiresIn: 120 })
  expect((await call('alta_during-a-rollout')).status).toBe(200)
  identityAnswers(400, { code: 'validation_failed' })
  expect((await call('alta_')).status).toBe(401)
})

test('a token is kept for a minute at most and half of its life, and asked for anew when it is refused', async () => {
  let clock = 0
  const keys = apiKeys(
    openSidecar({ DAPR_HTTP_PORT: gateway.stub.port, DAPR_API_TOKEN: 'sidecar-token' }),
    () => clock,
  )
  identityAnswers(200, { accessToken: token, expiresIn: 20 })
  await keys.tokenFor(key, '203.0.113.1')
  clock = 9_999
  await keys.tokenFor(key, '203.0.113.1')
  expect(exchanges()).toHaveLength(1)
  clock = 10_001
  identityAnswers(200, { accessToken: token, expiresIn: 600 })
  await keys.tokenFor(key, '203.0.113.1')
  clock += 59_999
  await keys.tokenFor(key, '203.0.113.1')
  expect(exchanges()).toHaveLength(2)
  keys.forget(key, token)
  await keys.tokenFor(key, '203.0.113.1')
  expect(exchanges()).toHaveLength(3)
})

test('of many who hear at once that the token of a key has ended one asks for another, and none of them is taken for a guess', async () => {
  const other = await accessToken({ scope: 'documents:read projects:read' })
  const keys = apiKeys(openSidecar({ DAPR_HTTP_PORT: gateway.stub.port, DAPR_API_TOKEN: 'sidecar-token' }))
  identityAnswers(200, { accessToken: token, expiresIn: 120 })
  await keys.tokenFor(key, '203.0.113.1')
  identityAnswers(200, { accessToken: other, expiresIn: 120 })
  const anew = () => {
    keys.forget(key, token)
    return keys.tokenFor(key, '203.0.113.1')
  }
  const told = await Promise.all(Array.from({ length: 50 }, anew))
  expect(new Set(told)).toEqual(new Set([other]))
  expect(exchanges()).toHaveLength(2)
})

test('a wrong key is asked about once a minute, however often it is sent', async () => {
  identityAnswers(401, { code: 'invalid_api_key' })
  for (let time = 0; time < 5; time += 1) expect((await call('alta_left-in-a-script')).status).toBe(401)
  expect(exchanges()).toHaveLength(1)
})

test('of made-up keys twenty a minute are asked about for each network, also of those that come at once; good ones go on', async () => {
  let clock = 0
  const keys = apiKeys(
    openSidecar({ DAPR_HTTP_PORT: gateway.stub.port, DAPR_API_TOKEN: 'sidecar-token' }),
    () => clock,
  )
  identityAnswers(200, { accessToken: token, expiresIn: 600 })
  for (let time = 0; time < 30; time += 1) await keys.tokenFor(`alta_good-${time}`, '203.0.113.1')
  gateway.stub.calls.length = 0
  identityAnswers(401, { code: 'invalid_api_key' })
  const guess = (name: number, network = '203.0.113.1') =>
    keys.tokenFor(`alta_guess-${name}`, network).catch((error: { status: number }) => error.status)
  const told = await Promise.all(Array.from({ length: 200 }, (_, name) => guess(name)))
  expect(told.filter((status) => status === 429)).toHaveLength(180)
  expect(exchanges()).toHaveLength(20)
  expect(await keys.tokenFor('alta_good-1', '203.0.113.1')).toBe(token)
  expect(await guess(500, '203.0.113.2')).toBe(401)
  clock = 60_001
  expect(await guess(501)).toBe(401)
})

test('a service that has heard of the end of a key’s token before the gateway is asked again with another', async () => {
  const other = await accessToken({ scope: 'documents:read projects:read' })
  let refusals = 0
  gateway.stub.answer('documents', (request, response) => {
    const old = request.headers.authorization === `Bearer ${token}`
    if (old) refusals += 1
    response.writeHead(old ? 401 : 200, {
      'content-type': old ? 'application/problem+json' : 'application/json',
      ...(old
        ? { 'www-authenticate': 'Bearer error="invalid_token", error_description="The session has ended."' }
        : {}),
    })
    response.end(old ? '{"code":"session_ended"}' : '{}')
  })
  identityAnswers(200, { accessToken: token, expiresIn: 120 })
  expect((await call('alta_changed')).status).toBe(401)
  identityAnswers(200, { accessToken: other, expiresIn: 120 })
  expect((await call('alta_changed')).status).toBe(200)
  expect(refusals).toBe(3)
  expect((await call('alta_changed')).status).toBe(200)
  expect(refusals).toBe(3)
})
