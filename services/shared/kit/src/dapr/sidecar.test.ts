import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { permissionsOf } from '../auth/permissions.ts'
import { anyone } from '../auth/policy.ts'
import { withContext } from '../http/request-context.ts'
import { openSidecar } from './sidecar.ts'

async function startStub(listener: RequestListener, port = 0, options?: { connections: number }) {
  const server = createServer(listener).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address() as AddressInfo
  const sidecar = openSidecar({ DAPR_HTTP_PORT: bound.port, DAPR_API_TOKEN: 'dapr-token' }, options)
  return {
    sidecar,
    port: bound.port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await sidecar.close()
    },
  }
}

const text = async (body: Readable) => Buffer.concat(await body.toArray()).toString()

test('a call names its target and carries on whose it is: token, request id, address and user agent', async () => {
  await using stub = await startStub(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    response.writeHead(201, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ url: request.url, method: request.method, headers: request.headers, body }))
  })
  const principal = {
    userId: 'u',
    tenantId: 't',
    sessionId: 's',
    roles: [],
    permissions: permissionsOf([], 't'),
    token: 'jwt',
  }
  const audit = {
    ...{ action: 'POST /x', policy: anyone, summary: '', resources: [], state: 'waiting' as const },
    ...{ address: '192.0.2.7', userAgent: 'curl/8' },
  }
  const answer = await withContext({ requestId: 'r1', correlationId: 'r1', principal, audit }, () =>
    stub.sidecar.invoke('documents', '/api/v1/x?y=1', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'dapr-app-id': 'evil' },
      body: '{"a":1}',
    }),
  )
  expect(answer.status).toBe(201)
  expect(JSON.parse(await text(answer.body))).toMatchObject({
    url: '/api/v1/x?y=1',
    method: 'POST',
    body: '{"a":1}',
    headers: {
      'dapr-app-id': 'documents',
      'dapr-api-token': 'dapr-token',
      'x-request-id': 'r1',
      authorization: 'Bearer jwt',
      'alta-client-address': '192.0.2.7',
      'user-agent': 'curl/8',
    },
  })
})

test('problems of the other service come back as they are', async () => {
  await using stub = await startStub((_request, response) => {
    response.writeHead(500, { 'content-type': 'application/problem+json' }).end('{"code":"internal_error"}')
  })
  const answer = await stub.sidecar.invoke('documents', '/x')
  expect([answer.status, await text(answer.body)]).toEqual([500, '{"code":"internal_error"}'])
})

test('a 500 in JSON that is not the sidecar’s own keeps its body', async () => {
  await using stub = await startStub((_request, response) => {
    response.writeHead(500, { 'content-type': 'application/json' }).end('{"errorCode":"MINE"}')
  })
  expect(await text((await stub.sidecar.invoke('documents', '/x')).body)).toBe('{"errorCode":"MINE"}')
})

test('a service that the sidecar cannot reach is 503', async () => {
  await using stub = await startStub((_request, response) => {
    response.writeHead(500, { 'content-type': 'application/json' })
    response.end('{"errorCode":"ERR_DIRECT_INVOKE","message":"failed to invoke, id: documents"}')
  })
  await expect(stub.sidecar.invoke('documents', '/x')).rejects.toMatchObject({
    status: 503,
    code: 'upstream_unavailable',
    extensions: { upstream: 'documents' },
  })
})

test('no sidecar is 503, no answer in time 504, and a caller who leaves gets their own error', async () => {
  const nowhere = openSidecar({ DAPR_HTTP_PORT: 1, DAPR_API_TOKEN: undefined })
  await expect(nowhere.invoke('documents', '/x')).rejects.toMatchObject({ code: 'upstream_unavailable' })
  await using stub = await startStub(() => undefined)
  await expect(stub.sidecar.invoke('documents', '/x', { timeoutMs: 200 })).rejects.toMatchObject({
    status: 504,
    code: 'upstream_timeout',
  })
  const leaving = AbortSignal.timeout(100)
  await expect(stub.sidecar.invoke('documents', '/x', { signal: leaving })).rejects.toThrow(/abort|timeout/i)
})

test('bodies stream in both directions', async () => {
  await using stub = await startStub((request, response) => request.pipe(response))
  const chunks = Array.from({ length: 50 }, () => Buffer.alloc(10_000, 1))
  const answer = await stub.sidecar.invoke('documents', '/x', { method: 'POST', body: Readable.from(chunks) })
  expect((await text(answer.body)).length).toBe(500_000)
})

test('a small answer is here whole with its beginning, and can be read as a stream all the same', async () => {
  await using stub = await startStub((request, response) => {
    if (request.url === '/parts') response.write('one ')
    if (request.url === '/parts') setTimeout(() => response.end('two'), 200)
    else response.end('all')
  })
  expect((await stub.sidecar.invoke('documents', '/x')).whole?.toString()).toBe('all')
  expect(await text((await stub.sidecar.invoke('documents', '/x')).body)).toBe('all')
  const inParts = await stub.sidecar.invoke('documents', '/parts')
  expect(inParts.whole).toBeUndefined()
  expect(await text(inParts.body)).toBe('one two')
})

test('an answer that nobody reads is held back, and ended when it is given up', async () => {
  let sent = 0
  const ended = Promise.withResolvers<void>()
  await using stub = await startStub((_request, response) => {
    const more = (): void => {
      while (sent < 64 && response.write(Buffer.alloc(2 ** 20))) sent++
    }
    response.on('drain', more).on('close', ended.resolve)
    more()
  })
  const { body } = await stub.sidecar.invoke('documents', '/x')
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(sent).toBeLessThan(32)
  body.destroy()
  await ended.promise
})

test('a sidecar that cannot be used says so, and one that can says which it is', async () => {
  let ready = false
  await using stub = await startStub((request, response) => {
    if (request.url === '/v1.0/metadata') return response.end('{"id":"ocr","runtimeVersion":"1.18.2-alta.1"}')
    const known = request.url === '/v1.0/healthz/outbound'
    return response.writeHead(known && ready ? 204 : 500).end()
  })
  await expect(stub.sidecar.check()).rejects.toThrow(/answers 500/)
  ready = true
  await stub.sidecar.check()
  expect(await stub.sidecar.version()).toBe('1.18.2-alta.1')
})

test('a secret comes from the store; one that is not there is an error that names it', async () => {
  await using stub = await startStub((request, response) => {
    const found = request.url === '/v1.0/secrets/secretstore/smtp'
    response.writeHead(found ? 200 : 204, { 'content-type': 'application/json' })
    response.end(found ? '{"smtp":"one","user":"two"}' : undefined)
  })
  expect(await stub.sidecar.secret('smtp')).toBe('one')
  expect(await stub.sidecar.secret('smtp', 'user')).toBe('two')
  await expect(stub.sidecar.secret('nothing')).rejects.toThrow(/"nothing"/)
})

test('answers that go on and on keep no other call waiting, up to the connections that there may be', async () => {
  const serve: RequestListener = (request, response) => {
    if (request.url === '/stream') response.write(': following\n\n')
    else response.end('here')
  }
  await using stub = await startStub(serve, 0, { connections: 300 })
  const streams = await Promise.all(
    Array.from({ length: 200 }, () => stub.sidecar.invoke('tasks', '/stream')),
  )
  expect(await text((await stub.sidecar.invoke('identity', '/me', { timeoutMs: 5_000 })).body)).toBe('here')
  for (const { body } of streams) body.destroy()
})
