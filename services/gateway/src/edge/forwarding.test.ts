import { once } from 'node:events'
import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { accessToken, startGateway, type TestGateway } from '../testing/gateway-fixture.ts'
import { directInvokeFailure } from '../testing/stub-sidecar.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())
beforeEach(() => {
  gateway.stub.calls.length = 0
  gateway.stub.away.clear()
  for (const appId of ['documents', 'reviews']) {
    gateway.stub.answer(appId, (seen, response) => {
      seen.on('end', () => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ from: appId }))
      })
    })
  }
})

test('each public path goes to the service that owns it, with its query, through the sidecar', async () => {
  const paths = {
    '/api/v1/projects?limit=5': 'documents',
    '/api/v1/documents/1?q=a%20b': 'documents',
    '/api/v1/reviews': 'reviews',
    '/api/v1/notifications': 'notifications',
    '/api/v1/auth/me': 'identity',
  }
  for (const path of Object.keys(paths)) expect((await gateway.signedIn(path)).status).toBe(200)
  expect(gateway.stub.calls.map(({ url, appId }) => [url, appId])).toEqual(Object.entries(paths))
  expect(gateway.stub.calls[0]?.headers['dapr-api-token']).toBe('sidecar-token')
})

test('an offer to speak HTTP/2 is passed over, and the request answered', async () => {
  const call = request(`${gateway.url}/api/v1/reviews`, {
    headers: {
      authorization: `Bearer ${await accessToken()}`,
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABkAAQAoAAAAAIAAAAA',
    },
  })
  call.end()
  const [answer] = await once(call, 'response')
  answer.resume()
  expect(answer.statusCode).toBe(200)
  expect(gateway.stub.calls[0]?.headers).not.toHaveProperty('http2-settings')
})

test('the token, the request id and the caller’s address travel on', async () => {
  const answer = await gateway.signedIn('/api/v1/projects', { headers: { 'x-request-id': 'my-request' } })
  expect(answer.headers.get('x-request-id')).toBe('my-request')
  const { headers } = gateway.stub.calls[0] ?? expect.fail('no call arrived')
  expect(headers.authorization).toMatch(/^Bearer ey/)
  expect(headers['x-request-id']).toBe('my-request')
  expect(headers['x-forwarded-for']).toBe('127.0.0.1')
  expect(headers['x-forwarded-host']).toBe(`127.0.0.1:${gateway.port}`)
})

test('a JSON body keeps its length, so that the sidecar may repeat the call', async () => {
  const body = JSON.stringify({ name: 'Letters' })
  await gateway.signedIn('/api/v1/projects', { method: 'POST', body })
  expect(gateway.stub.calls[0]).toMatchObject({ body, headers: { 'content-length': String(body.length) } })
})

test('an upload is passed on in chunks while it arrives', async () => {
  let firstSeen: (() => void) | undefined
  const seen = new Promise<void>((resolve) => {
    firstSeen = resolve
  })
  gateway.stub.answer('documents', (incoming, response) => {
    incoming.once('data', () => firstSeen?.())
    incoming.on('end', () => response.writeHead(201).end())
  })
  const sending = request(`${gateway.url}/api/v1/projects/1/documents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await accessToken()}`, 'content-length': '200000' },
  })
  sending.write(Buffer.alloc(100_000, 'a'))
  await seen
  sending.end(Buffer.alloc(100_000, 'b'))
  const [answer] = await once(sending, 'response')
  expect(answer.statusCode).toBe(201)
  answer.resume()
  const call = gateway.stub.calls[0]
  expect(call?.headers['transfer-encoding']).toBe('chunked')
  expect(call?.headers['content-length']).toBeUndefined()
  expect(call?.body.length).toBe(200_000)
})

test('an answer reaches the caller while the service is still writing it', async () => {
  let goOn: () => void = () => expect.fail('the call has not arrived')
  gateway.stub.answer('documents', (_incoming, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'keep-alive' })
    response.write('data: 1\n\n')
    goOn = () => response.end('data: 2\n\n')
  })
  const answer = await gateway.signedIn('/api/v1/documents/1', { headers: { accept: 'text/event-stream' } })
  const reader = answer.body?.getReader() ?? expect.fail('no body')
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('data: 1\n\n')
  goOn()
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('data: 2\n\n')
})

test('an event stream that the service refuses is refused in the words of the service', async () => {
  gateway.stub.answer('documents', ({ headers }, response) => {
    if (headers.accept === 'text/event-stream') return directInvokeFailure(response, 'failed to invoke: 404')
    response.writeHead(404, { 'content-type': 'application/problem+json' })
    response.end('{"code":"document_not_found"}')
  })
  const answer = await gateway.signedIn('/api/v1/documents/1', { headers: { accept: 'text/event-stream' } })
  expect(answer.status).toBe(404)
  expect(await answer.json()).toEqual({ code: 'document_not_found' })
})

test('an event stream that fails in the sidecar and would be answered without is a failure, and no more than that', async () => {
  gateway.stub.answer('documents', ({ headers }, response) => {
    if (headers.accept === 'text/event-stream') return directInvokeFailure(response, 'failed to invoke')
    response.writeHead(200, { 'content-type': 'application/json' }).write('{')
  })
  const answer = await gateway.signedIn('/api/v1/documents/1', { headers: { accept: 'text/event-stream' } })
  expect(answer.status).toBe(503)
})

test('a problem of a service is passed on as it is', async () => {
  gateway.stub.answer('documents', (_incoming, response) => {
    response.writeHead(409, { 'content-type': 'application/problem+json', etag: '"3"' })
    response.end('{"code":"duplicate_document"}')
  })
  const answer = await gateway.signedIn('/api/v1/documents/1')
  expect(answer.status).toBe(409)
  expect(answer.headers.get('etag')).toBe('"3"')
  expect(await answer.json()).toEqual({ code: 'duplicate_document' })
})

test('a caller who goes away ends the call to the service', async () => {
  const ended = new Promise<void>((resolve) => {
    gateway.stub.answer('documents', (incoming) => incoming.once('close', () => resolve()))
  })
  const leaving = new AbortController()
  const call = gateway.signedIn('/api/v1/documents/1', { signal: leaving.signal })
  await delay(100)
  leaving.abort()
  await expect(call).rejects.toThrow()
  await ended
})

test('a service that does not answer in time is a 504', async () => {
  const impatient = await startGateway({ upstreamTimeout: 500 })
  impatient.stub.answer('documents', () => undefined)
  const answer = await impatient.signedIn('/api/v1/documents/1')
  expect(answer.status).toBe(504)
  expect(await answer.json()).toMatchObject({ code: 'upstream_timeout' })
  await impatient.close()
})

test('a service that the sidecar cannot reach is a 503 that says nothing of addresses', async () => {
  await gateway.signedIn('/api/v1/documents/1')
  gateway.stub.away.add('documents')
  const answer = await gateway.signedIn('/api/v1/documents/1')
  expect(answer.status).toBe(503)
  expect(answer.headers.get('retry-after')).not.toBeNull()
  const problem = await answer.text()
  expect(JSON.parse(problem)).toMatchObject({ code: 'upstream_unavailable' })
  expect(problem).not.toContain('resolve')
})

test('a failure that no service wrote, such as a sidecar’s 401, is a 502', async () => {
  gateway.stub.answer('documents', (_incoming, response) => {
    response.writeHead(401, { 'content-type': 'text/plain' }).end('invalid api token')
  })
  const answer = await gateway.signedIn('/api/v1/documents/1')
  expect(answer.status).toBe(502)
  expect(await answer.json()).toMatchObject({ code: 'bad_gateway' })
})

test('an answer that stops in the middle is cut off, not ended as if it were whole', async () => {
  gateway.stub.answer('documents', (_incoming, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' })
    response.write('half')
    setTimeout(() => response.destroy(), 50)
  })
  const answer = await gateway.signedIn('/api/v1/documents/1')
  expect(answer.status).toBe(200)
  await expect(answer.text()).rejects.toThrow()
})

test('HEAD is answered without a body', async () => {
  const answer = await gateway.signedIn('/api/v1/projects', { method: 'HEAD' })
  expect(answer.status).toBe(200)
  expect(gateway.stub.calls[0]?.method).toBe('HEAD')
})
