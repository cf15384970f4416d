import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type ChannelCredentials, credentials, loadPackageDefinition, Metadata, status } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { protoPath } from 'grpc-health-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accessToken, startGateway, type TestGateway } from '../testing/gateway-fixture.ts'
import { type GrpcServer, openGrpcServer } from './grpc-server.ts'

const includeDirs = [
  fileURLToPath(new URL('protos/', import.meta.url)),
  dirname(createRequire(import.meta.url).resolve('protobufjs/package.json')),
]
/** The same proto as in grpc-health-check. */
const healthService = loadSync(protoPath, { enums: String })
const reflectionProtos = dirname(
  createRequire(import.meta.url).resolve('@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto'),
)
const task = {
  id: '019a9d2e-0000-7000-8000-000000000009',
  type: 'export',
  params: { projectId: 'p', deep: { list: [1, 'two', null, true] } },
  state: 'running',
  progress: { done: 3, failed: 0, total: null, perSecond: 1.5, remainingSeconds: null },
  run: 1,
  attempt: 1,
  error: null,
  cancelBy: null,
  retryAt: null,
  requestedBy: 'u',
  requestedAt: '2026-11-30T08:00:00.000Z',
  startedAt: null,
  heardAt: null,
  finishedAt: null,
  version: 4,
}

let gateway: TestGateway
let grpc: GrpcServer
// As generated code would have it, without generating any.
let client: Record<string, (...words: unknown[]) => { cancel(): void }> & { close(): void }
beforeEach(async () => {
  gateway = await startGateway()
  grpc = await openGrpcServer(gateway.inner, {
    host: '127.0.0.1',
    port: 0,
    trustedHops: 0,
    maximumBytes: 65_536,
    limits: { connections: 100, perAddress: 100, streams: 100, idle: 300_000 },
  })
  const { alta } = loadPackageDefinition(
    loadSync('alta/tasks/v1/tasks.proto', { includeDirs, longs: Number }),
  ) as never as {
    alta: { tasks: { v1: { Tasks: new (a: string, c: ChannelCredentials) => typeof client } } }
  }
  client = new alta.tasks.v1.Tasks(`127.0.0.1:${grpc.port}`, credentials.createInsecure())
})
afterEach(async () => {
  client.close()
  await grpc.drain(0)
  await gateway.close()
})

const answerWith = (code: number, body: unknown) =>
  gateway.stub.answer('tasks', (request, response) => {
    request.resume()
    const type = code < 400 ? 'application/json' : 'application/problem+json'
    response.writeHead(code, { 'content-type': type })
    response.end(JSON.stringify(body))
  })

async function signedIn(more: Record<string, string> = {}): Promise<Metadata> {
  const metadata = new Metadata()
  metadata.set('authorization', `Bearer ${await accessToken()}`)
  for (const [name, value] of Object.entries(more)) metadata.set(name, value)
  return metadata
}

interface Outcome {
  code: number
  details: string
  metadata?: Metadata
  value?: Record<string, unknown>
}
const call = (method: string, message: object, metadata: Metadata, options = {}): Promise<Outcome> =>
  new Promise((resolve) => {
    client[method]?.(message, metadata, options, (error: Outcome | null, value: Record<string, unknown>) =>
      resolve(error ?? { code: status.OK, details: '', value }),
    )
  })

describe('a method is the route that it names', () => {
  test('with what the message says in the path, the query and the body', async () => {
    answerWith(200, task)
    await call('getTask', { id: task.id }, await signedIn())
    await call('cancelTask', { id: task.id }, await signedIn())
    const list = { limit: { numberValue: 1 } }
    await call(
      'createTask',
      { type: 'export', params: { fields: list } },
      await signedIn({ 'idempotency-key': 'k-1', 'dapr-app-id': 'identity' }),
    )
    answerWith(200, { items: [task], nextCursor: null })
    const { value } = await call('listTasks', { limit: 5, state: 'running' }, await signedIn())
    expect(gateway.stub.calls.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET /api/v1/tasks/${task.id}`,
      `POST /api/v1/tasks/${task.id}/cancel`,
      'POST /api/v1/tasks',
      'GET /api/v1/tasks?limit=5&state=running',
    ])
    const created = gateway.stub.calls[2]
    expect(JSON.parse(created?.body ?? '')).toEqual({ type: 'export', params: { limit: 1 } })
    expect(created?.headers).toMatchObject({ 'idempotency-key': 'k-1', 'dapr-app-id': 'tasks' })
    expect(value?.items).toHaveLength(1)
  })

  test('and its answer is a message, in which null is absence', async () => {
    answerWith(200, task)
    const { value } = await call('getTask', { id: task.id }, await signedIn())
    expect(value).toMatchObject({ id: task.id, version: 4, progress: { done: 3, perSecond: 1.5 } })
    expect(value).not.toHaveProperty('startedAt')
    expect(value?.params).toMatchObject({ fields: { projectId: { stringValue: 'p' } } })
  })

  test('whose path nobody can leave', async () => {
    const { code } = await call('getTask', { id: '../projects' }, await signedIn())
    expect(code).toBe(status.INVALID_ARGUMENT)
    expect(gateway.stub.calls).toEqual([])
  })
})

describe('a refusal', () => {
  test('without a token is UNAUTHENTICATED, and reaches no service', async () => {
    expect(await call('getTask', { id: task.id }, new Metadata())).toMatchObject({
      code: status.UNAUTHENTICATED,
    })
    expect(gateway.stub.calls).toEqual([])
  })

  test.each([
    [404, status.NOT_FOUND],
    [403, status.PERMISSION_DENIED],
    [409, status.ABORTED],
    [429, status.RESOURCE_EXHAUSTED],
    [503, status.UNAVAILABLE],
  ])('%i is the code %i, with the problem’s words and code', async (http, code) => {
    answerWith(http, { code: 'task_thing', detail: 'It is so.', requestId: 'r-1' })
    const outcome = await call('getTask', { id: task.id }, await signedIn())
    expect(outcome).toMatchObject({ code, details: expect.stringContaining('It is so.') })
    const [bytes] = outcome.metadata?.get('grpc-status-details-bin') ?? []
    expect(String(bytes)).toContain('type.googleapis.com/google.rpc.ErrorInfo')
    expect(String(bytes)).toContain('TASK_THING')
  })

  test('names the fields that are at fault', async () => {
    answerWith(400, {
      code: 'invalid_input',
      detail: 'No.',
      errors: [{ path: 'body.type', message: 'Required' }],
    })
    const { metadata } = await call('createTask', {}, await signedIn())
    expect(String(metadata?.get('grpc-status-details-bin')[0])).toContain('body.type')
  })
})

test('an answer that is no JSON is INTERNAL, and the server goes on', async () => {
  answerWith(200, undefined)
  expect(await call('getTask', { id: task.id }, await signedIn())).toMatchObject({ code: status.INTERNAL })
  answerWith(200, task)
  expect(await call('getTask', { id: task.id }, await signedIn())).toMatchObject({ code: status.OK })
})

describe('the call to the service ends', () => {
  test.each(['deadline', 'cancel'])('with that of the client: %s', async (how) => {
    let ended = false
    gateway.stub.answer('tasks', (request, response) => {
      request.resume()
      response.once('close', () => {
        ended = true
      })
    })
    if (how === 'deadline') {
      const { code } = await call('getTask', { id: task.id }, await signedIn(), {
        deadline: Date.now() + 5_000,
      })
      expect(code).toBe(status.DEADLINE_EXCEEDED)
    } else {
      const running = client.getTask?.({ id: task.id }, await signedIn(), () => undefined)
      await expect.poll(() => gateway.stub.calls.length).toBe(1)
      running?.cancel()
    }
    await expect.poll(() => ended).toBe(true)
  })
})

describe('without a token', () => {
  const connect = (proto: object, path: string[]) => {
    const found = path.reduce<never>(
      (node, name) => (node as Record<string, never>)[name] as never,
      loadPackageDefinition(proto as never) as never,
    ) as new (
      address: string,
      how: ChannelCredentials,
    ) => typeof client
    return new found(`127.0.0.1:${grpc.port}`, credentials.createInsecure())
  }

  test('health is told, and its end first when the gateway ends', async () => {
    const health = connect(healthService, ['grpc', 'health', 'v1', 'Health'])
    const ask = (service: string) =>
      new Promise((resolve) => {
        health.check?.({ service }, (error: Outcome | null, value: unknown) => resolve(error ?? value))
      })
    expect(await ask('alta.tasks.v1.Tasks')).toEqual({ status: 'SERVING' })
    expect(await ask('alta.nothing')).toMatchObject({ code: status.NOT_FOUND })
    health.close()
  })

  test('reflection lists the services', async () => {
    const proto = loadSync('reflection.proto', { includeDirs: [reflectionProtos] })
    const reflection = connect(proto, ['grpc', 'reflection', 'v1', 'ServerReflection'])
    // A stream both ways.
    const stream = reflection.serverReflectionInfo?.() as unknown as Duplex
    stream.write({ listServices: '' })
    const [answer] = await once(stream, 'data')
    expect(JSON.stringify(answer)).toContain('alta.tasks.v1.Tasks')
    // Closed before its end it would be cancelled, which is an error that nobody listens to.
    const ended = once(stream.resume(), 'end')
    stream.end()
    await ended
    reflection.close()
  })
})
