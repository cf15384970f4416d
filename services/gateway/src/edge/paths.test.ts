import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { accessToken, startGateway, type TestGateway } from '../testing/gateway-fixture.ts'
import { safePath } from './safe-path.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())
beforeEach(() => {
  gateway.stub.calls.length = 0
})

/** `fetch` would tidy the path up before sending it. */
async function ask(path: string, method = 'GET'): Promise<{ status: number; code: string | undefined }> {
  const sending = request({
    port: gateway.port,
    host: '127.0.0.1',
    path,
    method,
    headers: { authorization: `Bearer ${await accessToken()}` },
  })
  sending.end()
  const [answer] = await once(sending, 'response')
  const text = Buffer.concat(await answer.toArray()).toString()
  const json = text.startsWith('{') ? JSON.parse(text) : {}
  return { status: answer.statusCode, code: json.code }
}

test.each([
  '//api/v1/projects',
  '/api/v1//projects',
  '/api/v1/projects/',
  '/api/v1/projects/../../../events/document.uploaded.v1',
  '/api/v1/projects/./1',
  '/api/v1/projects/%2e%2e/%2E%2E/metrics',
  '/api/v1/projects%2f1',
  '/api/v1/projects/..%5c..',
  '/api/v1/projects/%252e%252e',
  '/api/v1/projects;v=1/1',
  '/api/v1/projects/%3Flimit=1',
  '/api/v1/projects/1%23',
  '/api/v1/projects/%00',
  '/api/v1/projects/%0d%0aX-Evil:1',
  '/api/v1/projects/%zz',
  '/api/v1/projects/%c0%ae%c0%ae',
  '/api/v1/projects/%a5',
  '/api/v1\\projects',
  'http://elsewhere/api/v1/projects',
  '*',
])('the tricky path %s is refused', async (path) => {
  expect(await ask(path)).toEqual({ status: 400, code: 'bad_path' })
  expect(gateway.stub.calls).toEqual([])
})

test.each([
  '/metrics',
  '/events/document.uploaded.v1',
  '/dapr/subscribe',
  '/v1.0/invoke/identity/method/x',
  '/api/v1/projectsx',
  '/api/v2/projects',
  '/API/v1/projects',
  '/api/v1/authenticate',
  // What no service documents, although one answers such paths.
  '/api/v1/auth/unheard-of',
  '/api/v1/projects/1/members',
  '/private/sweep',
])('%s is nobody’s: 404, and no service hears of it', async (path) => {
  expect(await ask(path)).toEqual({ status: 404, code: 'route_not_found' })
  expect(gateway.stub.calls).toEqual([])
})

test('a method that a known path does not have is refused, with those that it has', async () => {
  const answer = await gateway.signedIn('/api/v1/projects', { method: 'DELETE' })
  expect(answer.status).toBe(405)
  expect(answer.headers.get('allow')).toBe('GET, HEAD, POST')
  expect(await answer.json()).toMatchObject({ code: 'method_not_allowed' })
  expect(gateway.stub.calls).toEqual([])
})

test.each(['TRACE', 'OPTIONS', 'PROPFIND', 'PURGE'])('%s is refused', async (method) => {
  expect(await ask('/api/v1/projects', method)).toEqual({ status: 405, code: 'method_not_allowed' })
  expect(gateway.stub.calls).toEqual([])
})

test('a path that is taken reads the same decoded by anybody', () => {
  const piece = fc.constantFrom(
    '/',
    '.',
    '%2e',
    '%2F',
    '%5c',
    '%3f',
    '%23',
    '%',
    '25',
    ';',
    'a',
    '..',
    '//',
    'api',
    '%41',
    '\\',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const target = `/${pieces.join('')}`
      let taken: string
      try {
        taken = safePath(target).path
      } catch {
        return
      }
      const decoded = decodeURIComponent(taken)
      expect(new URL(taken, 'http://a').pathname).toBe(taken)
      expect(decoded.split('/').length).toBe(taken.split('/').length)
      expect(decoded.split('/').some((part) => part === '.' || part === '..')).toBe(false)
      expect(decodeURIComponent(decoded)).toBe(decoded)
    }),
    { numRuns: 2_000 },
  )
})

test('two hosts are refused, whether they are one or not', async () => {
  for (const host of ['a', 'b']) {
    const socket = connect(gateway.port, '127.0.0.1')
    socket.write(`GET /api/v1/projects HTTP/1.1\r\nHost: a\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    const answer = Buffer.concat(await socket.toArray()).toString()
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('"bad_host"')
  }
  expect(gateway.stub.calls).toEqual([])
})
