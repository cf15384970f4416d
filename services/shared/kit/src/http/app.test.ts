import { Readable } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { anyone, may, signedIn } from '../auth/policy.ts'
import { conflict, unauthorized } from '../errors.ts'
import { healthOf } from '../health/health.ts'
import { log } from '../telemetry/log.ts'
import { createApp } from './app.ts'
import { appToken, json, startApp } from './app-under-test.ts'
import { currentContext } from './request-context.ts'
import { type Route, route } from './route.ts'

const echo = route({
  method: 'post',
  path: '/api/v1/echo/:id',
  summary: 'Echo',
  tag: 'tests',
  policy: anyone,
  params: z.object({ id: z.coerce.number().int() }),
  query: z.object({ loud: z.enum(['yes', 'no']).default('no') }),
  body: z.object({ text: z.string().min(1), count: z.number().optional() }),
  answers: {
    201: {
      description: 'Echoed',
      schema: z.object({ id: z.number(), text: z.string(), context: z.string().optional() }),
    },
  },
  handle: async ({ params, query, body, requestId }) => {
    const text = query.loud === 'yes' ? body.text.toUpperCase() : body.text
    const answer = { id: params.id, text, passwordHash: 'must not leave' }
    expect(currentContext()?.requestId).toBe(requestId)
    return { status: 201, body: answer, headers: { etag: '"1"' } }
  },
})

const reading = (path: string, handle: () => Promise<void>): Route =>
  route({
    method: 'get',
    path,
    summary: path,
    tag: 'tests',
    policy: anyone,
    answers: { 204: { description: 'Nothing' } },
    handle: async () => {
      await handle()
      return { status: 204 }
    },
  })

test('a request comes to its handler checked, and only declared fields leave', async () => {
  await using app = await startApp({ routes: [echo] })
  const answer = await app.call('/api/v1/echo/7?loud=yes', json({ text: 'hello', extra: true }))
  expect(answer.status).toBe(201)
  expect(await answer.json()).toEqual({ id: 7, text: 'HELLO' })
  expect(answer.headers.get('etag')).toBe('"1"')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect(answer.headers.get('x-powered-by')).toBeNull()
})

test('a harmless request id is kept, another one replaced', async () => {
  await using app = await startApp({ routes: [echo] })
  const kept = await app.call('/nowhere', { headers: { 'x-request-id': 'edge-1.2_3' } })
  expect(kept.headers.get('x-request-id')).toBe('edge-1.2_3')
  expect(await kept.json()).toMatchObject({ requestId: 'edge-1.2_3' })
  for (const id of ['a b', 'x'.repeat(65), '"}{']) {
    const replaced = await app.call('/nowhere', { headers: { 'x-request-id': id } })
    expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{14}7[0-9a-f-]{21}$/)
  }
})

test('without the app token only health and metrics answer', async () => {
  const health = healthOf('tests', [])
  await using app = await startApp({ routes: [echo], open: health.router })
  for (const shown of ['', 'wrong', `${appToken}x`]) {
    const answer = await app.call('/api/v1/echo/1', { ...json({ text: 'x' }, { 'dapr-api-token': shown }) })
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ code: 'app_token_required' })
  }
  for (const path of ['/health/live', '/metrics']) {
    expect((await app.call(path, { headers: { 'dapr-api-token': 'wrong' } })).status).toBe(200)
  }
})

test('an app that was given no token lets nobody in', async () => {
  await using app = await startApp({ routes: [echo], appToken: undefined })
  for (const shown of ['', 'undefined']) {
    expect((await app.call('/x', { headers: { 'dapr-api-token': shown } })).status).toBe(401)
  }
})

test('an unknown path is 404, a known one with another method 405 with Allow', async () => {
  await using app = await startApp({
    routes: [echo, reading('/api/v1/more', async () => undefined)],
  })
  const unknown = await app.call('/api/v1/nothing')
  expect(unknown.status).toBe(404)
  expect(unknown.headers.get('content-type')).toBe('application/problem+json')
  expect(await unknown.json()).toMatchObject({ type: '/problems/route_not_found', code: 'route_not_found' })
  const other = await app.call('/api/v1/echo/1', { method: 'DELETE' })
  expect(other.status).toBe(405)
  expect(other.headers.get('allow')).toBe('POST')
  expect(await other.json()).toMatchObject({ code: 'method_not_allowed' })
  expect((await app.call('/api/v1/more', { method: 'PUT' })).headers.get('allow')).toBe('GET, HEAD')
})

test('a literal path wins over a parameter, whatever the order', async () => {
  const called: string[] = []
  await using app = await startApp({
    routes: [
      {
        ...reading('/items/:id', async () => void called.push('parameter')),
        params: z.object({ id: z.string() }),
      },
      reading('/items/next', async () => void called.push('literal')),
    ],
  })
  await app.call('/items/next')
  expect(called).toEqual(['literal'])
})

test('a problem leaves as RFC 9457 says, anything else as internal_error without its text', async () => {
  await using app = await startApp({
    routes: [
      reading('/problem', async () => {
        throw conflict('duplicate_document', 'It is there already.', {
          extensions: { documentId: 'd1' },
          note: 'internal',
        })
      }),
      reading('/bug', async () => {
        throw new Error('select password from users')
      }),
      reading('/stranger', async () => {
        throw unauthorized('unauthenticated', 'Who are you?')
      }),
    ],
  })
  const problem = await app.call('/problem', { headers: { 'x-request-id': 'r1' } })
  expect(await problem.json()).toEqual({
    type: '/problems/duplicate_document',
    title: 'Conflict',
    status: 409,
    code: 'duplicate_document',
    detail: 'It is there already.',
    requestId: 'r1',
    documentId: 'd1',
  })
  const bug = await app.call('/bug')
  expect(bug.status).toBe(500)
  const text = await bug.text()
  expect(text).toContain('internal_error')
  expect(text).not.toContain('select')
  expect((await app.call('/stranger')).headers.get('www-authenticate')).toContain('Bearer')
})

test('a database that is away is 503 with Retry-After', async () => {
  const lost = [
    Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('x'), { code: '57P01' }),
    new Error('Connection terminated unexpectedly'),
    new Error('Client has encountered a connection error and is not queryable'),
    new Error('query failed', { cause: Object.assign(new Error('x'), { code: '40P01' }) }),
  ]
  await using app = await startApp({
    routes: lost.map((error, index) =>
      reading(`/lost/${index}`, async () => {
        throw error
      }),
    ),
  })
  for (const index of lost.keys()) {
    const answer = await app.call(`/lost/${index}`)
    expect(answer.status).toBe(503)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await answer.json()).toMatchObject({ code: 'unavailable' })
  }
})

test('an answer that breaks its schema is our mistake and not shown', async () => {
  const broken = route({
    method: 'get',
    path: '/broken',
    summary: 'Broken',
    tag: 'tests',
    policy: anyone,
    answers: { 200: { description: 'Fine', schema: z.object({ count: z.number().max(3) }) } },
    handle: async () => ({ status: 200, body: { count: 4 } }),
  })
  await using app = await startApp({ routes: [broken] })
  const answer = await app.call('/broken')
  expect(answer.status).toBe(500)
  expect(await answer.json()).toMatchObject({ code: 'internal_error' })
})

test('a stream is passed on with its media type, and a HEAD gets none of it', async () => {
  let signalled: AbortSignal | undefined
  const file = route({
    method: 'get',
    path: '/file',
    summary: 'File',
    tag: 'tests',
    policy: anyone,
    answers: { 200: { description: 'Bytes', mediaTypes: ['image/png'] } },
    handle: async ({ signal }) => {
      signalled = signal
      return { status: 200, stream: Readable.from(['ab', 'cd']), mediaType: 'image/png' }
    },
  })
  await using app = await startApp({ routes: [file] })
  const answer = await app.call('/file')
  expect([await answer.text(), answer.headers.get('content-type')]).toEqual(['abcd', 'image/png'])
  expect(signalled?.aborted).toBe(false)
  expect(await (await app.call('/file', { method: 'HEAD' })).text()).toBe('')
})

test('a file that breaks off cuts the connection, so that half is not taken for whole', async () => {
  const breaking = route({
    method: 'get',
    path: '/breaking',
    summary: 'Breaking',
    tag: 'tests',
    policy: anyone,
    answers: { 200: { description: 'Bytes' } },
    handle: async () => ({
      status: 200,
      stream: Readable.from(
        (async function* () {
          yield Buffer.alloc(100_000)
          throw new Error('disk gone')
        })(),
      ),
      mediaType: 'image/png',
    }),
  })
  await using app = await startApp({ routes: [breaking] })
  const answer = await app.call('/breaking')
  await expect(answer.arrayBuffer()).rejects.toThrow()
})

test('a listener who leaves in the middle of a stream closes it and is no failure', async () => {
  const endless = new Readable({
    read() {
      this.push(Buffer.alloc(10_000))
    },
  })
  const radio = route({
    method: 'get',
    path: '/radio',
    summary: 'Radio',
    tag: 'tests',
    policy: anyone,
    answers: { 200: { description: 'Bytes' } },
    handle: async () => ({ status: 200, stream: endless, mediaType: 'audio/wav' }),
  })
  const errors = vi.spyOn(log, 'error')
  await using app = await startApp({ routes: [radio] })
  const leaving = new AbortController()
  const answer = await app.call('/radio', { signal: leaving.signal })
  expect(answer.status).toBe(200)
  leaving.abort()
  await expect.poll(() => endless.destroyed).toBe(true)
  expect(errors).not.toHaveBeenCalled()
  errors.mockRestore()
})

test('the signal of a handler is aborted when the caller goes away', async () => {
  const heard = Promise.withResolvers<void>()
  const entered = Promise.withResolvers<void>()
  const slow = route({
    method: 'get',
    path: '/slow',
    summary: 'Slow',
    tag: 'tests',
    policy: anyone,
    answers: { 204: { description: 'Done' } },
    handle: async ({ signal }) => {
      signal.addEventListener('abort', () => heard.resolve())
      entered.resolve()
      await heard.promise
      return { status: 204 }
    },
  })
  await using app = await startApp({ routes: [slow] })
  const leaving = new AbortController()
  const call = app.call('/slow', { signal: leaving.signal })
  await entered.promise
  leaving.abort()
  await expect(call).rejects.toThrow()
  await heard.promise
})

test('routes that are declared wrongly stop the start, all named at once', () => {
  const { policy: _, ...noPolicy } = reading('/a', async () => undefined)
  const routes = [
    // What a service in plain JavaScript, or a cast, could bring.
    noPolicy as Route,
    reading('/b/:x', async () => undefined),
    { ...reading('/c', async () => undefined), policy: signedIn },
    { ...reading('/d', async () => undefined), answers: {} },
    reading('/e', async () => undefined),
    { ...reading('/e', async () => undefined), policy: may('reviews:read') },
    { ...reading('/f', async () => undefined), question: true as const },
    { ...reading('/g', async () => undefined), fleeting: true as const },
  ]
  const start = () => createApp({ appId: 'tests', routes, appToken })
  expect(start).toThrow(/GET \/a has no policy/)
  expect(start).toThrow(/GET \/b\/:x has no schema for its parameter "x"/)
  expect(start).toThrow(/GET \/c needs tokens to be verified/)
  expect(start).toThrow(/GET \/d declares no answer/)
  expect(start).toThrow(/GET \/e is declared twice/)
  expect(start).toThrow(/GET \/f is a question, so it is a POST/)
  expect(start).toThrow(/GET \/g is fleeting, so it changes something/)
})
