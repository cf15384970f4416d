import { once } from 'node:events'
import { type ClientHttp2Session, connect, type Settings } from 'node:http2'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { accessToken, startGateway, type TestGateway } from '../testing/gateway-fixture.ts'
import { type GrpcServer, openGrpcServer } from './grpc-server.ts'

let gateway: TestGateway
let grpc: GrpcServer | undefined
let sessions: ClientHttp2Session[]
beforeEach(async () => {
  gateway = await startGateway()
  sessions = []
})
afterEach(async () => {
  for (const session of sessions) session.destroy()
  await grpc?.drain(0)
  await gateway.close()
})

const roomy = { connections: 100, perAddress: 100, streams: 100, idle: 300_000 }
async function serve(limits: Partial<typeof roomy>, trustedHops = 0): Promise<GrpcServer> {
  const place = { host: '127.0.0.1', port: 0, trustedHops }
  grpc = await openGrpcServer(gateway.inner, {
    ...place,
    maximumBytes: 65_536,
    limits: { ...roomy, ...limits },
  })
  return grpc
}

/** Without a gRPC library, which would open another connection for one that it lost. */
function open(): ClientHttp2Session {
  const session = connect(`http://127.0.0.1:${grpc?.port}`)
  session.on('error', () => undefined)
  sessions.push(session)
  return session
}
/** @returns what the server allows, or that it was cut */
const greeting = (session: ClientHttp2Session): Promise<Settings | 'cut'> =>
  Promise.race([
    new Promise<Settings>((resolve) => session.once('remoteSettings', resolve)),
    new Promise<'cut'>((resolve) => session.once('close', () => resolve('cut'))),
  ])
const many = (count: number) => Promise.all(Array.from({ length: count }, () => greeting(open())))
const cut = (greetings: readonly (Settings | 'cut')[]) => greetings.filter((each) => each === 'cut').length

/** One call of GetTask. @returns its status in HTTP/2, or the code it was reset with */
async function call(session: ClientHttp2Session, metadata: Record<string, string> = {}): Promise<string> {
  const stream = session.request({
    ':method': 'POST',
    ':path': '/alta.tasks.v1.Tasks/GetTask',
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: `Bearer ${await accessToken()}`,
    ...metadata,
  })
  stream.on('error', () => undefined)
  const answered = new Promise<string>((resolve) => {
    stream.once('response', (headers) => resolve(String(headers[':status'])))
    stream.once('close', () => resolve(`reset ${stream.rstCode}`))
  })
  stream.resume()
  // An empty message.
  stream.end(Buffer.alloc(5))
  return answered
}

test('of connections of one address those above the limit are cut, and there is room again when one ends', async () => {
  await serve({ perAddress: 3 })
  const greetings = await many(5)
  expect(cut(greetings)).toBe(2)
  for (const session of sessions) session.destroy()
  await expect.poll(async () => cut(await many(1)), { timeout: 20_000 }).toBe(0)
})

test('behind a proxy connections are everybody’s, and only all of them together are limited', async () => {
  await serve({ perAddress: 1, connections: 4 }, 1)
  expect(cut(await many(6))).toBe(2)
})

test('calls at once on one connection are limited, as the server says at the beginning', async () => {
  await serve({ streams: 7 })
  expect(await greeting(open())).toMatchObject({ maxConcurrentStreams: 7 })
})

test('metadata that is too large, or of too many fields, reaches no route, and the server goes on', async () => {
  await serve({})
  const large = await call(open(), { 'x-large': 'x'.repeat(80_000) })
  const fields = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`x-${index}`, '1']))
  const numerous = await call(open(), fields)
  expect([large, numerous].map((answer) => answer === '200')).toEqual([false, false])
  expect(gateway.stub.calls).toEqual([])
  expect(await call(open())).toBe('200')
})

test('a connection without a call ends, also one that has never said anything', async () => {
  await serve({ idle: 300 })
  const idle = open()
  await greeting(idle)
  const closed = once(idle, 'close')
  await Promise.race([closed, delay(20_000).then(() => Promise.reject(new Error('it stayed open')))])
})
