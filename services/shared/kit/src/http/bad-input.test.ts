import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { anyone, signedIn } from '../auth/policy.ts'
import { json, startApp } from './app-under-test.ts'
import { route } from './route.ts'

let seen: unknown
const take = route({
  method: 'post',
  path: '/take/:id',
  summary: 'Take',
  tag: 'tests',
  policy: anyone,
  params: z.object({ id: z.uuid() }),
  query: z.object({ page: z.coerce.number().int().optional() }),
  headers: z.object({ 'if-match': z.string().max(5).optional() }),
  body: z.object({
    name: z.string(),
    tags: z.array(z.string()).optional(),
    meta: z.record(z.string(), z.unknown()).optional(),
  }),
  maximumBytes: 2000,
  answers: { 204: { description: 'Taken' } },
  handle: async ({ body }) => {
    seen = body
    return { status: 204 }
  },
})
const id = '019a9d2e-0000-7000-8000-000000000002'
const open = () => startApp({ routes: [take] })

async function problemOf(answer: Response) {
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  return z
    .looseObject({
      status: z.literal(answer.status),
      code: z.string(),
      errors: z.array(z.unknown()).optional(),
    })
    .parse(await answer.json())
}

test('faults of every part are told at once, with their paths', async () => {
  await using app = await open()
  const answer = await app.call('/take/42?page=x', json({ tags: ['a', 3] }, { 'if-match': '"123456"' }))
  expect(answer.status).toBe(400)
  const { code, errors } = await problemOf(answer)
  expect(code).toBe('validation_failed')
  const paths = z.array(z.object({ path: z.string(), message: z.string().min(5) })).parse(errors)
  expect(paths.map(({ path }) => path)).toEqual([
    'params.id',
    'query.page',
    'headers.if-match',
    'body.name',
    'body.tags.1',
  ])
})

test.each([
  ['not JSON', '{"name":'],
  ['an unquoted word', 'hello'],
  ['a thousand brackets', '['.repeat(900) + ']'.repeat(900)],
])('%s is invalid_json', async (_what, body) => {
  await using app = await open()
  const answer = await app.call(`/take/${id}`, json(body))
  expect([answer.status, (await problemOf(answer)).code]).toEqual([400, 'invalid_json'])
})

test.each([
  ['null', 'null'],
  ['a number', '3'],
  ['a list', '[]'],
  ['an empty object', '{}'],
  ['a number for text', '{"name":3}'],
])('%s is validation_failed', async (_what, body) => {
  await using app = await open()
  const answer = await app.call(`/take/${id}`, json(body))
  expect([answer.status, (await problemOf(answer)).code]).toEqual([400, 'validation_failed'])
})

test.each([
  ['half a surrogate pair', '{"name":"a\\ud800b"}', 'body.name'],
  ['NUL', '{"name":"a","tags":["b","c\\u0000"]}', 'body.tags.1'],
  ['half a surrogate pair deep inside', '{"name":"a","meta":{"b":[{"c":"\\udfff"}]}}', 'body.meta.b.0.c'],
  ['NUL in a name of a field', '{"name":"a","meta":{"\\u0000":1}}', 'body.meta'],
])('%s, which no database takes, is refused before anybody hears of it', async (_what, body, path) => {
  await using app = await open()
  seen = undefined
  const answer = await app.call(`/take/${id}`, json(body))
  expect(answer.status).toBe(400)
  expect(await problemOf(answer)).toMatchObject({ code: 'validation_failed', errors: [{ path }] })
  expect(seen).toBeUndefined()
})

test('NUL in a password, which is hashed and not stored, is left to the route', async () => {
  await using app = await open()
  const meta = { newPassword: 'a\0b' }
  expect((await app.call(`/take/${id}`, json({ name: 'a', meta }))).status).toBe(204)
  expect(seen).toEqual({ name: 'a', meta })
})

test('a whole surrogate pair is taken', async () => {
  await using app = await open()
  expect((await app.call(`/take/${id}`, json({ name: '😀' }))).status).toBe(204)
  expect(seen).toEqual({ name: '😀' })
})

test('no body at all is validation_failed', async () => {
  await using app = await open()
  const answer = await app.call(`/take/${id}`, { method: 'POST' })
  expect(await problemOf(answer)).toMatchObject({ code: 'validation_failed', errors: [{ path: 'body' }] })
})

test('a body of another type is 415 and says what is supported', async () => {
  await using app = await open()
  for (const type of [
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
  ]) {
    const answer = await app.call(`/take/${id}`, json({ name: 'x' }, { 'content-type': type }))
    expect(answer.status).toBe(415)
    expect(await problemOf(answer)).toMatchObject({
      code: 'unsupported_media_type',
      supported: ['application/json'],
    })
  }
  for (const charset of ['utf-16', 'utf-7', '"iso-8859-1"', 'x']) {
    const type = `application/json; charset=${charset}`
    expect((await app.call(`/take/${id}`, json({ name: 'x' }, { 'content-type': type }))).status).toBe(415)
  }
  const quoted = { 'content-type': 'application/json;charset="UTF-8"' }
  expect((await app.call(`/take/${id}`, json({ name: 'x' }, quoted))).status).toBe(204)
  const encoded = await app.call(`/take/${id}`, json({ name: 'x' }, { 'content-encoding': 'bogus' }))
  expect(encoded.status).toBe(415)
})

test('too large a body is 413 with the limit, announced, chunked or unpacked', async () => {
  await using app = await open()
  const large = JSON.stringify({ name: 'x'.repeat(3000) })
  const chunked = new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from(large))
      controller.close()
    },
  })
  const headers = { 'content-type': 'application/json' }
  const answers = await Promise.all([
    app.call(`/take/${id}`, json(large)),
    app.call(`/take/${id}`, { method: 'POST', headers, body: chunked, duplex: 'half' }),
    app.call(`/take/${id}`, {
      method: 'POST',
      headers: { ...headers, 'content-encoding': 'gzip' },
      body: gzipSync(large),
    }),
  ])
  for (const answer of answers) {
    expect(answer.status).toBe(413)
    expect(await problemOf(answer)).toMatchObject({ code: 'payload_too_large', limit: 2000 })
  }
})

test('a body cannot reach prototypes', async () => {
  await using app = await open()
  const body = `{"name":"x","__proto__":{"admin":true},"meta":{"__proto__":{"admin":true},"deep":{"__proto__":1,"ok":2}}}`
  expect((await app.call(`/take/${id}`, json(body))).status).toBe(204)
  expect(JSON.stringify(seen)).toBe('{"name":"x","meta":{"deep":{"ok":2}}}')
  expect(Reflect.get({}, 'admin')).toBeUndefined()
})

test('a parameter given twice is refused, not picked from', async () => {
  await using app = await open()
  const answer = await app.call(`/take/${id}?page=1&page=2`, json({ name: 'x' }))
  expect((await problemOf(answer)).code).toBe('validation_failed')
})

test('a path that cannot be decoded is 400', async () => {
  await using app = await open()
  const answer = await app.call('/take/%E0%A4%A', json({ name: 'x' }))
  expect([answer.status, (await problemOf(answer)).code]).toEqual([400, 'invalid_path'])
})

test('a stranger is refused before anything of the body is read', async () => {
  const guarded = { ...take, policy: signedIn }
  await using app = await startApp({
    routes: [guarded],
    verifyToken: () => Promise.reject(new Error('not asked')),
  })
  const answer = await app.call('/take/42', json('{"name":'))
  expect([answer.status, (await problemOf(answer)).code]).toEqual([401, 'unauthenticated'])
})

test('a caller that hangs up halfway disturbs nobody', async () => {
  await using app = await open()
  const socket = connect(app.port, '127.0.0.1')
  const head = `POST /take/${id} HTTP/1.1\r\nhost: x\r\ndapr-api-token: app-token-of-the-tests\r\n`
  socket.write(`${head}content-type: application/json\r\ncontent-length: 100\r\n\r\n{"name"`)
  await new Promise((resolve) => setTimeout(resolve, 50))
  socket.destroy()
  expect((await app.call(`/take/${id}`, json({ name: 'next' }))).status).toBe(204)
})
