import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { edgeRequest } from '../edge/edge-request.ts'
import { routeTable } from '../routing/route-table.ts'
import { accessToken, smallBodies, startGateway, type TestGateway } from '../testing/gateway-fixture.ts'
import { checkRequest } from './check-request.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())
beforeEach(() => {
  gateway.stub.calls.length = 0
})

const projectId = '019a9d2e-0000-7000-8000-000000000003'
const list = (query: string, headers: Record<string, string> = {}) =>
  gateway.signedIn(`/api/v1/documents?${query}`, { headers })
const json = { 'content-type': 'application/json' }
const send = (body: NonNullable<RequestInit['body']> | null, headers: Record<string, string> = json) =>
  gateway.signedIn('/api/v1/documents', { method: 'POST', body, headers })

const problemAnswer = z.object({ code: z.string(), errors: z.unknown().optional() })

async function expectRefusal(answer: Response, status: number, code: string) {
  const problem = problemAnswer.parse(await answer.json())
  expect([answer.status, problem.code]).toEqual([status, code])
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(gateway.stub.calls).toEqual([])
  return problem
}

test('a query that the service would refuse does not reach it, and all its faults are told', async () => {
  const answer = await list('limit=1000&projectId=7', { 'if-match': 'much-too-long' })
  const { errors } = await expectRefusal(answer, 400, 'validation_failed')
  expect(errors).toEqual([
    { path: 'query.limit', message: 'Must be at most 100' },
    { path: 'query.projectId', message: 'Is no uuid' },
    { path: 'headers.if-match', message: 'Must have at most 10 characters' },
  ])
})

test('what is missing in a query is named', async () => {
  const { errors } = await expectRefusal(await list('limit=1'), 400, 'validation_failed')
  expect(errors).toEqual([{ path: 'query.projectId', message: 'Is required' }])
})

test('numbers, and single values of a list, are taken from the text of a query, which travels unchanged', async () => {
  for (const query of ['limit=5&tag=a', 'tag=a&tag=b', 'unheard=of']) {
    expect((await list(`projectId=${projectId}&${query}`)).status).toBe(200)
  }
  expect(gateway.stub.calls[0]?.url).toBe(`/api/v1/documents?projectId=${projectId}&limit=5&tag=a`)
})

test('one parameter given twice where one is taken is refused', async () => {
  await expectRefusal(await list(`projectId=${projectId}&limit=1&limit=2`), 400, 'validation_failed')
})

test('a body that the service would refuse does not reach it, and all its faults are told', async () => {
  const answer = await send(JSON.stringify({ name: 7, owner: { id: 'x' }, odd: 1 }))
  const { errors } = await expectRefusal(answer, 400, 'validation_failed')
  expect(errors).toEqual([
    { path: 'body', message: 'Has an unknown field: odd' },
    { path: 'body.name', message: 'Must be of the type string' },
    { path: 'body.owner.id', message: 'Is no uuid' },
  ])
})

test.each([
  ['no body', null, 400, 'validation_failed'],
  ['what is not JSON', '{"name": ', 400, 'invalid_json'],
  ['what is not UTF-8', Buffer.from('{"name":"\xe9"}', 'latin1'), 400, 'invalid_json'],
  ['what is nested too deep', `{"name":${'['.repeat(100)}${']'.repeat(100)}}`, 400, 'invalid_json'],
  ['text that cannot be stored', '{"name":"\\u0000"}', 400, 'validation_failed'],
  [
    'a body above the limit of the route',
    JSON.stringify({ name: 'x'.repeat(600) }),
    413,
    'payload_too_large',
  ],
])('%s is refused', async (_what, body, status, code) => {
  await expectRefusal(await send(body), status, code)
})

test('a body of another media type, charset or encoding is refused', async () => {
  for (const headers of [
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'application/json; charset=utf-16' },
    { ...json, 'content-encoding': 'compress' },
  ]) {
    await expectRefusal(await send('{"name":"x"}', headers), 415, 'unsupported_media_type')
  }
})

test('a body that is taken travels byte for byte', async () => {
  const body = '{ "name":"é",\n "description": 1e0, "name" : "last" }'.replace('1e0', '"1"')
  expect((await send(body)).status).toBe(200)
  expect(gateway.stub.calls[0]).toMatchObject({
    body,
    headers: { 'content-length': String(Buffer.byteLength(body)) },
  })
})

test('a packed body is checked and travels unpacked; one that grows past the limit is refused', async () => {
  const headers = { ...json, 'content-encoding': 'gzip' }
  expect((await send(gzipSync('{"name":"x"}'), headers)).status).toBe(200)
  expect(gateway.stub.calls[0]?.body).toBe('{"name":"x"}')
  expect(gateway.stub.calls[0]?.headers['content-encoding']).toBeUndefined()
  gateway.stub.calls.length = 0
  const bomb = gzipSync(JSON.stringify({ name: 'x'.repeat(100_000) }))
  await expectRefusal(await send(bomb, headers), 413, 'payload_too_large')
  await expectRefusal(await send('not gzip', headers), 400, 'invalid_json')
})

test('a packed body takes as much of the common room as it may become', async () => {
  const taken: number[] = []
  const table = routeTable({
    routes: [
      {
        method: 'POST',
        path: '/x',
        upstream: 'documents',
        policy: 'anyone',
        body: 'json',
        maximumBytes: 512,
      },
    ],
    definitions: {},
  })
  const check = checkRequest(table, smallBodies, {
    take: (bytes) => {
      taken.push(bytes)
      return undefined
    },
  })
  const asked = Object.assign(new IncomingMessage(new Socket()), { method: 'POST', url: '/x' })
  const edge = edgeRequest(table, asked)
  for (const headers of [{}, { 'content-encoding': 'gzip' }, { 'content-encoding': 'identity' }]) {
    const request = new IncomingMessage(new Socket())
    Object.assign(request, { method: 'POST', headers: { 'content-length': '30', ...headers } })
    await check(edge, request, () => undefined)
  }
  expect(taken).toEqual([30, 512, 30])
})

test('callers without the permission of a route hear from the service that they may not, and nothing of their faults', async () => {
  const answer = await gateway.signedIn('/api/v1/documents', { method: 'PATCH', body: '{}', headers: json })
  expect(answer.status).toBe(200)
  const asOperator = await fetch(`${gateway.url}/api/v1/documents`, {
    method: 'PATCH',
    body: '{}',
    headers: { ...json, authorization: `Bearer ${await accessToken({ roles: ['operator'] })}` },
  })
  expect(asOperator.status).toBe(400)
  expect(gateway.stub.calls).toHaveLength(1)
})

test('prototypes are not taken for fields', async () => {
  await expectRefusal(await send('{"name":"x","constructor":1}'), 400, 'validation_failed')
  await expectRefusal(await list('toString=1'), 400, 'validation_failed')
})
