import { once } from 'node:events'
import { request } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accessToken, startGateway, type TestGateway } from '../testing/gateway-fixture.ts'
import { requestHeaders } from './forwarded-headers.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

/** `fetch` refuses to send some of these; Node's own client sends what it is told. */
async function send(headers: Record<string, string>): Promise<Record<string, unknown>> {
  gateway.stub.calls.length = 0
  const token = await accessToken()
  const sending = request(`${gateway.url}/api/v1/projects`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
  })
  sending.end()
  const [answer] = await once(sending, 'response')
  answer.resume()
  await once(answer, 'end')
  return gateway.stub.calls[0]?.headers ?? {}
}

const mixedCase = (word: string) =>
  fc
    .array(fc.boolean(), { minLength: word.length, maxLength: word.length })
    .map((up) => [...word].map((letter, index) => (up[index] ? letter.toUpperCase() : letter)).join(''))
const word = fc.stringMatching(/^[a-z][a-z-]{0,12}$/)
const privateName = fc
  .oneof(
    fc.constantFrom('dapr-app-id', 'dapr-api-token', 'dapr-caller-app-id', 'dapr-callee-app-id'),
    word.map((rest) => `dapr-${rest}`),
    fc.constantFrom('alta-client-address'),
    word.map((rest) => `alta-${rest}`),
    word.map((rest) => `x-forwarded-${rest}`),
    fc.constantFrom('forwarded', 'x-real-ip', 'via', 'x-original-url'),
  )
  .chain(mixedCase)

test('no header that steers Dapr or claims to come from a proxy passes, whatever its spelling', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(privateName, { maxLength: 6, selector: (n) => n.toLowerCase() }),
      async (names) => {
        const seen = await send(Object.fromEntries(names.map((name) => [name, 'forged'])))
        expect(Object.values(seen)).not.toContain('forged')
        expect(seen['dapr-app-id']).toBe('documents')
        expect(seen['alta-client-address']).toBe('127.0.0.1')
        expect(seen['dapr-api-token']).toBe('sidecar-token')
      },
    ),
    { numRuns: 60 },
  )
})

test('the filter lets nothing private through, and loses no ordinary header', () => {
  const caller = { requestId: 'r', address: '10.0.0.1', host: 'alta', bearer: undefined, traced: false }
  const ordinary = fc.constantFrom('accept', 'if-match', 'idempotency-key', 'content-type', 'x-custom')
  fc.assert(
    fc.property(fc.array(privateName), fc.array(ordinary), (names, kept) => {
      const sent = Object.fromEntries([
        ...names.map((name) => [name.toLowerCase(), 'forged']),
        ...kept.map((name) => [name, 'mine']),
      ])
      const passed = requestHeaders(sent, caller)
      expect(Object.keys(passed).filter((name) => name.startsWith('dapr-'))).toEqual([])
      expect(Object.values(passed)).not.toContain('forged')
      for (const name of kept) expect(passed[name]).toBe('mine')
    }),
  )
})

test('a header that is not UTF-8 is refused, since daprd would fail over it; one that is goes through', async () => {
  gateway.stub.calls.length = 0
  const latin = await gateway.signedIn('/api/v1/projects', { headers: { 'user-agent': 'caf\u00e9' } })
  expect(latin.status).toBe(400)
  expect(await latin.json()).toMatchObject({ code: 'bad_header' })
  expect(gateway.stub.calls).toEqual([])
  expect(await send({ 'user-agent': Buffer.from('café').toString('latin1') })).toHaveProperty('user-agent')
})

test('an empty header stays what it is: an empty Idempotency-Key is a mistake that somebody has to tell', async () => {
  expect(await send({ 'idempotency-key': '' })).toHaveProperty('idempotency-key', '')
})

test('naming the token in Connection does not make it vanish', async () => {
  const names = 'authorization, x-request-id, alta-client-address, x-custom'
  const seen = await send({ connection: names, 'x-custom': '1' })
  expect(seen.authorization).toMatch(/^Bearer /)
  expect(seen['alta-client-address']).toBe('127.0.0.1')
  expect(seen['x-request-id']).toBeDefined()
  expect(seen['x-custom']).toBeUndefined()
})

test('Basic credentials, with which daprd would let the caller pick the target, are not passed on', async () => {
  const basic = `Basic ${Buffer.from('dapr-app-id:events').toString('base64')}`
  const answer = await fetch(`${gateway.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { authorization: basic },
  })
  expect(answer.status).toBe(200)
  expect(gateway.stub.calls.at(-1)?.headers.authorization).toBeUndefined()
})

test('hop-by-hop headers of an answer and marks of the software behind it stay inside', async () => {
  gateway.stub.answer('documents', (_incoming, response) => {
    response.writeHead(200, {
      server: 'fasthttp',
      'x-powered-by': 'x',
      'dapr-internal': '1',
      'x-frame-options': 'ALLOWALL',
      'content-security-policy': 'default-src *',
      'x-kept': 'yes',
    })
    response.end('{}')
  })
  const answer = await gateway.signedIn('/api/v1/projects')
  for (const name of ['server', 'x-powered-by', 'dapr-internal']) expect(answer.headers.get(name)).toBeNull()
  expect(answer.headers.get('x-frame-options')).toBe('DENY')
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(answer.headers.get('x-kept')).toBe('yes')
})

test('every answer carries the security headers and a request id', async () => {
  for (const path of ['/health/live', '/nowhere', '/api/v1/projects', '/docs']) {
    const answer = await fetch(gateway.url + path)
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w.-]+$/)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('strict-transport-security')).toContain('max-age=')
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    expect(answer.headers.get('permissions-policy')).toContain('camera=()')
    expect(answer.headers.get('x-powered-by')).toBeNull()
    await answer.body?.cancel()
  }
})
