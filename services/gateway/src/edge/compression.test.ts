import { once } from 'node:events'
import { request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accessToken, startGateway, type TestGateway } from '../testing/gateway-fixture.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const text = JSON.stringify({ words: Array.from({ length: 1_000 }, () => 'the same again') })

const answerWith = (headers: Record<string, string>, body = text, appId = 'documents', status = 200) =>
  gateway.stub.answer(appId, (seen, response) => {
    seen.resume()
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  })

/** `fetch` would unpack it. */
async function ask(accept: string | undefined, path = '/api/v1/documents/1', method = 'GET') {
  const sending = request(gateway.url + path, {
    method,
    headers: {
      authorization: `Bearer ${await accessToken()}`,
      ...(accept === undefined ? {} : { 'accept-encoding': accept }),
    },
  })
  sending.end()
  const [answer] = await once(sending, 'response')
  return { headers: answer.headers, body: await buffer(answer) }
}

test.each([
  ['gzip', gunzipSync],
  ['br', brotliDecompressSync],
  ['zstd', zstdDecompressSync],
] as const)(
  'an answer is packed by %s for who takes that, and is the same unpacked',
  async (encoding, unpack) => {
    answerWith({ 'content-length': String(text.length), vary: 'origin' })
    const { headers, body } = await ask(encoding)
    expect(headers).toMatchObject({ 'content-encoding': encoding, vary: 'origin, accept-encoding' })
    expect(headers['content-length']).toBeUndefined()
    expect(body.length).toBeLessThan(text.length / 4)
    expect(unpack(body).toString()).toBe(text)
  },
)

test('what a caller prefers, refuses or does not name decides', async () => {
  answerWith({})
  expect((await ask('gzip, br')).headers['content-encoding']).toBe('br')
  expect((await ask('gzip;q=1, br;q=0.5, zstd;q=0')).headers['content-encoding']).toBe('gzip')
  for (const none of [undefined, 'identity', 'compress', 'gzip;q=0']) {
    const { headers, body } = await ask(none)
    expect(headers['content-encoding']).toBeUndefined()
    expect(headers.vary).toBe('accept-encoding')
    expect(body.toString()).toBe(text)
  }
})

test.each([
  ['what is packed already', { 'content-encoding': 'gzip' }],
  ['a file', { 'content-type': 'application/pdf' }],
  ['an event stream', { 'content-type': 'text/event-stream; charset=utf-8' }],
  ['an answer whose tag callers send back', { etag: '"3"' }],
  ['what must not be changed on its way', { 'cache-control': 'no-transform' }],
])('%s stays as it is', async (_what, headers) => {
  answerWith(headers)
  const answer = await ask('gzip')
  expect(answer.headers['content-encoding']).toBe('content-encoding' in headers ? 'gzip' : undefined)
  expect(answer.body.toString()).toBe(text)
})

test('small answers and failures stay as they are', async () => {
  answerWith({ 'content-length': '2' }, '{}')
  expect((await ask('gzip')).body.toString()).toBe('{}')
  answerWith({ 'content-type': 'application/problem+json' }, text, 'documents', 409)
  expect((await ask('gzip')).headers['content-encoding']).toBeUndefined()
})

test('answers that may hold a token are never packed: their size would tell of it', async () => {
  answerWith({}, text, 'identity')
  expect((await ask('gzip', '/api/v1/auth/me')).headers['content-encoding']).toBeUndefined()
})

test('HEAD has the headers of an answer and no body', async () => {
  answerWith({ 'content-length': String(text.length) })
  const { headers, body } = await ask('gzip', '/api/v1/documents/1', 'HEAD')
  expect(headers['content-encoding']).toBeUndefined()
  expect(body.length).toBe(0)
})
