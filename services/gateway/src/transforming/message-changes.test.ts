import { expect, onTestFinished, test } from 'vitest'
import type { Transformations } from '../routing/transformations.ts'
import { startGateway } from '../testing/gateway-fixture.ts'

const post = 'POST /api/v1/documents'
const list = 'GET /api/v1/reviews'
const rules: Transformations = {
  [post]: {
    request: {
      headers: { rename: { 'x-key': 'idempotency-key' }, remove: ['x-old'], set: { 'x-form': 'new' } },
      body: [{ rename: '/title', to: 'name' }, { remove: '/colour' }],
    },
    response: { body: [{ rename: '/name', to: 'title' }] },
  },
  [list]: {
    response: {
      headers: { rename: { 'x-total': 'x-count' }, set: { 'x-form': 'old' } },
      body: [{ rename: '/items/*/name', to: 'title' }],
    },
  },
}

async function gatewayWith(transformations: Transformations = rules) {
  const gateway = await startGateway({ transformations })
  onTestFinished(() => gateway.close())
  const answer = (upstream: string, status: number, body: string, headers: Record<string, string> = {}) =>
    gateway.stub.answer(upstream, (request, response) => {
      request.resume()
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
    })
  const send = (body: string, headers: Record<string, string> = {}) =>
    gateway.signedIn('/api/v1/documents', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    })
  return { ...gateway, answer, send }
}

test('a service hears the form that it knows, and its caller the one that they know', async () => {
  const { answer, send, stub } = await gatewayWith()
  answer('documents', 201, '{"id":1,"name":"a"}', { etag: '"1"' })
  const told = await send('{"title":"a","colour":"red"}', { 'x-key': 'k', 'x-old': '1' })
  expect(told.status).toBe(201)
  expect(await told.json()).toEqual({ id: 1, title: 'a' })
  expect(told.headers.get('etag')).toBe('"1"')
  const [call] = stub.calls
  expect(JSON.parse(call?.body ?? '')).toEqual({ name: 'a' })
  expect(call?.headers).toMatchObject({ 'idempotency-key': 'k', 'x-form': 'new' })
  expect(call?.headers).not.toHaveProperty('x-old')
  expect(call?.headers.authorization).toMatch(/^Bearer /)
})

test('what is changed is held against the schema, and faults name what the service knows', async () => {
  const { send, stub } = await gatewayWith()
  const refused = await send('{"title":"longer than ten"}')
  expect(refused.status).toBe(400)
  expect(((await refused.json()) as { errors: unknown }).errors).toMatchObject([{ path: 'body.name' }])
  expect(stub.calls).toEqual([])
})

test('a body that has to be changed is never sent on unchanged: one that is too large is refused', async () => {
  const { send, stub } = await gatewayWith()
  const refused = await send(JSON.stringify({ title: 'a', colour: 'x'.repeat(600) }))
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([
    413,
    'payload_too_large',
  ])
  expect(stub.calls).toEqual([])
})

test('lists and headers of answers are changed, packed ones as well, and other routes are not', async () => {
  const { answer, signedIn } = await gatewayWith()
  const items = Array.from({ length: 200 }, (_, id) => ({ id, name: `n${id}` }))
  answer('reviews', 200, JSON.stringify({ items }), { 'x-total': '200' })
  const told = await signedIn('/api/v1/reviews', { headers: { 'accept-encoding': 'gzip' } })
  expect(told.headers.get('content-encoding')).toBe('gzip')
  expect([told.headers.get('x-count'), told.headers.get('x-total')]).toEqual(['200', null])
  expect(told.headers.get('x-form')).toBe('old')
  expect(((await told.json()) as { items: unknown[] }).items[199]).toEqual({ id: 199, title: 'n199' })
  answer('documents', 200, '{"name":"a"}')
  expect(await (await signedIn('/api/v1/projects')).json()).toEqual({ name: 'a' })
})

test('refusals, and what is no JSON, keep their bodies; HEAD has the headers alone', async () => {
  const { answer, signedIn } = await gatewayWith()
  const problem = '{"items":[{"name":"a"}]}'
  answer('reviews', 404, problem, { 'content-type': 'application/problem+json', 'x-total': '1' })
  const refused = await signedIn('/api/v1/reviews')
  expect([refused.status, await refused.text()]).toEqual([404, problem])
  expect(refused.headers.get('x-count')).toBe('1')
  answer('reviews', 200, problem, { 'content-type': 'text/plain' })
  expect(await (await signedIn('/api/v1/reviews')).text()).toBe(problem)
  answer('reviews', 200, '')
  const head = await signedIn('/api/v1/reviews', { method: 'HEAD' })
  expect([head.status, await head.text(), head.headers.get('x-form')]).toEqual([200, '', 'old'])
})

test.each([
  ['no JSON', 'not so'],
  ['too large to be held', JSON.stringify({ items: ['x'.repeat(2 ** 20)] })],
])('an answer that is %s is 502, and not told in a form that nobody expects', async (_what, body) => {
  const { answer, signedIn } = await gatewayWith()
  answer('reviews', 200, body)
  const told = await signedIn('/api/v1/reviews')
  expect([told.status, ((await told.json()) as { code: string }).code]).toEqual([
    502,
    'answer_not_changeable',
  ])
})

test('a rule for a route that there is none of stops the start', async () => {
  await expect(startGateway({ transformations: { 'GET /api/v1/nothing': {} } })).rejects.toThrow(
    'GET /api/v1/nothing: no service has it',
  )
})
