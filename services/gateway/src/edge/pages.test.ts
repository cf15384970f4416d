import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../testing/gateway-fixture.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const policy =
  "default-src 'none'; style-src 'self'; form-action 'self' https://app.example.org com.example.app:; frame-ancestors 'none'; base-uri 'none'"

function answerWith(status: number, headers: Record<string, string | string[]>, body = ''): void {
  gateway.stub.answer('identity', (seen, response) => {
    seen.resume()
    seen.on('end', () => response.writeHead(status, headers).end(body))
  })
}
const ask = (path = '/oauth/authorize', init: RequestInit = {}) =>
  fetch(gateway.url + path, { redirect: 'manual', ...init })

test('a redirect reaches the browser with where it leads and with every cookie', async () => {
  const cookies = ['alta_session=1; path=/oauth; httponly', 'alta_session.sig=2; path=/oauth; httponly']
  answerWith(303, { location: '/oauth/interaction/1', 'set-cookie': cookies })
  const answer = await ask('/oauth/authorize?client_id=1')
  expect(answer.status).toBe(303)
  expect(answer.headers.get('location')).toBe('/oauth/interaction/1')
  expect(answer.headers.getSetCookie()).toEqual(cookies)
  await answer.body?.cancel()
})

test('cookies and a form reach the service', async () => {
  answerWith(200, { 'content-type': 'text/html' })
  const body = new URLSearchParams({ email: 'ada@example.org' })
  await (await ask('/oauth/interaction/1', { method: 'POST', headers: { cookie: 'a=1; b=2' }, body })).text()
  expect(gateway.stub.calls.at(-1)).toMatchObject({
    body: 'email=ada%40example.org',
    headers: {
      cookie: 'a=1; b=2',
      'content-type': expect.stringContaining('application/x-www-form-urlencoded'),
    },
  })
})

test('a page brings its own policy, and the other security headers stay the gateway’s', async () => {
  answerWith(200, {
    'content-type': 'text/html',
    'content-security-policy': policy,
    'x-frame-options': 'ALLOWALL',
  })
  const { headers } = await ask()
  expect(headers.get('content-security-policy')).toBe(policy)
  expect(headers.get('x-frame-options')).toBe('DENY')
})

test.each([
  ['default-src *'],
  ["default-src 'none'; script-src 'unsafe-inline'"],
  ["default-src 'none'; script-src 'self' https://evil.example"],
  ["default-src 'none'; form-action *"],
  ["default-src 'none'; frame-ancestors https://evil.example"],
  ["default-src 'none'; connect-src https://evil.example"],
])('a policy that would let in what is not ours is not taken: %s', async (weak) => {
  answerWith(200, { 'content-type': 'text/html', 'content-security-policy': weak })
  const { headers } = await ask()
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; frame-ancestors 'none';/)
})

test('an answer of the API has no say in the policy', async () => {
  gateway.stub.answer('documents', (seen, response) => {
    seen.resume()
    response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy }).end()
  })
  const { headers } = await gateway.signedIn('/api/v1/projects')
  expect(headers.get('content-security-policy')).not.toBe(policy)
})

test('an error in the words of OAuth, and a page that refuses, are passed on; what no service wrote is not', async () => {
  const error = JSON.stringify({ error: 'invalid_grant' })
  answerWith(400, { 'content-type': 'application/json', 'alta-answer': 'own' }, error)
  const answer = await ask('/oauth/token', { method: 'POST' })
  expect(answer.status).toBe(400)
  expect(await answer.text()).toBe(error)
  expect(answer.headers.get('alta-answer')).toBeNull()

  answerWith(400, { 'content-type': 'application/json' }, '{"errorCode":"ERR_DIRECT_INVOKE"}')
  expect((await ask('/oauth/token', { method: 'POST' })).status).toBe(502)
})

test('the Basic credentials of a client go on under a name that daprd does not read', async () => {
  answerWith(200, { 'content-type': 'application/json' }, '{}')
  const basic = Buffer.from('dapr-app-id:events').toString('base64')
  const headers = { authorization: `Basic ${basic}`, 'alta-basic-authorization': 'forged' }
  await (await ask('/oauth/token', { method: 'POST', headers })).text()
  const seen = gateway.stub.calls.at(-1)?.headers ?? {}
  expect(seen.authorization).toBeUndefined()
  expect(seen['alta-basic-authorization']).toBe(basic)
})
