import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { event } from '@alta/contracts/event'
import { type ChannelModel, connect } from 'amqplib'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openSidecar, type Sidecar, type SidecarSettings } from '../dapr/sidecar.ts'
import type { Database } from '../database/database.ts'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { type AppUnderTest, appToken, startApp } from '../http/app-under-test.ts'
import { leastUUIDv7, randomUUIDv7 } from '../identifiers.ts'
import { operationsRoutes } from '../operations/operations.routes.ts'
import { createTestBroker, type TestBroker } from '../testing/broker.ts'
import { type Daprd, startDaprd } from '../testing/daprd.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { addEffect, type EffectsSchema, effectsMigrations, quickBroker } from '../testing/kit-fixture.ts'
import { eventually } from '../testing/wait.ts'
import { daprTransport } from './dapr-transport.ts'
import { deliveryRoutes } from './delivery-routes.ts'
import { on } from './handlers.ts'
import { createInbox, type Inbox } from './inbox-dispatch.ts'
import { queueOf } from './names.ts'
import { createRelay, type Relay } from './relay.ts'
import type { Topology } from './topology.ts'

const appId = 'reviews'
const counted = event({
  topic: 'thing.counted.v1',
  owner: appId,
  summary: 'Something was counted.',
  schema: z.object({ id: z.uuid() }),
  example: { id: '019a9d2e-0000-7000-8000-000000000001' },
  subject: ({ id }) => id,
})
const { topic } = counted
const queue = queueOf(appId, topic)
const topology: Topology = {
  exchanges: [topic],
  owners: { [topic]: appId },
  queues: [{ name: queue, app: appId, topic }],
  bindings: [{ exchange: topic, to: 'queue', name: queue }],
}

let broker: TestBroker
let connection: ChannelModel
let db: TestDatabase<EffectsSchema>
let inbox: Inbox
let app: AppUnderTest
let daprd: Daprd
let settings: SidecarSettings
let sidecar: Sidecar
let relay: Relay

beforeAll(async () => {
  broker = await createTestBroker()
  connection = await connect(broker.url)
  db = await createTestDatabase<EffectsSchema>(appId, effectsMigrations)
  const subscriptions = [
    on<{ id: string }, EffectsSchema>(counted, ({ id }, { tx }) => addEffect(tx, DEFAULT_TENANT, id)),
  ]
  inbox = createInbox({ database: db.database, subscriptions, settings: quickBroker(broker.url) })
  app = await startApp({
    appId,
    routers: [deliveryRoutes(appId, subscriptions, inbox)],
    verifyToken: () => Promise.reject(new Error('nobody signs in')),
    // The routes touch the kit's tables only.
    routes: operationsRoutes({
      database: db.database as unknown as Database<unknown>,
      topics: [topic],
      relay: { openFrom: leastUUIDv7(0), wake: () => undefined },
    }),
  })
  const pubsub = await readFile(
    new URL('../../../../../dapr/components/pubsub.yaml', import.meta.url),
    'utf8',
  )
  daprd = await startDaprd({
    appId,
    appPort: app.port,
    appToken,
    rabbitmqUrl: broker.url,
    topics: [topic],
    components: [pubsub],
  })
  settings = { DAPR_HTTP_PORT: Number(new URL(daprd.url).port), DAPR_API_TOKEN: daprd.apiToken }
  sidecar = openSidecar(settings)
}, 120_000)

afterAll(async () => {
  await sidecar?.close()
  await daprd?.stop()
  await app?.[Symbol.asyncDispose]()
  await inbox?.stop(2_000)
  await db?.close()
  await connection?.close()
  await broker?.close()
}, 60_000)

afterEach(() => relay.stop(), 60_000)

async function start(options: { receipts?: boolean } = {}): Promise<void> {
  await db.admin.query('truncate outbox_events, effects')
  const transport = daprTransport({ sidecar, settings, topology, sendAgainAfterSeconds: 2, ...options })
  relay = createRelay({ pool: db.database.pool, transport, settings: quickBroker(broker.url) })
  db.database.publishThrough(relay)
  relay.start()
  await eventually('the sidecar is there', () => relay.ready)
}

async function emit(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUIDv7())
  for (const id of ids)
    await db.database.transaction(DEFAULT_TENANT, async ({ emit }) => emit(counted, { id }))
  return ids
}

const open = async () =>
  (await db.admin.query(`select 1 from outbox_events where status <> 'COMPLETED'`)).rows.length
const effects = async () => (await db.admin.query('select subject, times from effects')).rows
const onceEach = (ids: string[]) => new Set(ids.map((id) => ({ subject: id, times: 1 })))

/** Until it is bound again the exchange leads nowhere, and daprd answers 204 for what is published to it. */
async function unbound(work: () => Promise<void>): Promise<void> {
  const channel = await connection.createChannel()
  await channel.unbindQueue(queue, topic, '')
  await work()
  await channel.bindQueue(queue, topic, '')
  await channel.close()
}

test('an event is confirmed when its subscriber has it in the inbox', async () => {
  await start()
  const ids = await emit(20)
  await eventually('all are confirmed', async () => (await open()) === 0)
  // No waiting for the effects: a confirm says that they are there.
  expect(new Set(await effects())).toEqual(onceEach(ids))
}, 60_000)

test('what daprd lost behind its 204 stays open and is sent again until the inbox has it, with each effect once', async () => {
  await start()
  let lost: string[] = []
  await unbound(async () => {
    lost = await emit(10)
    await eventually('they are with the sidecar, and nobody has them', async () => {
      const { rows } = await db.admin.query(`select status from outbox_events where status = 'PENDING'`)
      return rows.length === 10
    })
  })
  const ids = [...lost, ...(await emit(5))]
  await eventually('all are confirmed', async () => (await open()) === 0, 60)
  expect(new Set(await effects())).toEqual(onceEach(ids))
}, 120_000)

test('without receipts the same events count as published, and are lost', async () => {
  await start({ receipts: false })
  await unbound(async () => {
    await emit(10)
    await eventually('all count as published', async () => (await open()) === 0)
  })
  const [last = ''] = await emit(1)
  await eventually('a later one arrives', async () => (await effects()).length > 0)
  expect(await effects()).toEqual([{ subject: last, times: 1 }])
}, 60_000)

test('a topic that the sidecar refuses to take is refused with its reason', async () => {
  await start()
  const transport = daprTransport({
    sidecar,
    settings: { ...settings, DAPR_API_TOKEN: 'another token' },
    topology,
  })
  const row = { id: randomUUIDv7(), tenantId: DEFAULT_TENANT, topic, event: 'no event' }
  expect(await transport.publish([row])).toMatchObject([
    { outcome: 'refused', reason: expect.stringMatching(/^invalid/) },
  ])
  const tooLarge = JSON.stringify('x'.repeat(16 * 2 ** 20))
  expect(await transport.publish([{ ...row, event: tooLarge }])).toMatchObject([
    { outcome: 'refused', reason: expect.stringMatching(/^too large/) },
  ])
  await emit(1)
  const { rows } = await db.admin.query('select id, event from outbox_events')
  expect(await transport.publish([{ ...row, ...rows[0] }])).toMatchObject([
    { outcome: 'refused', reason: expect.stringMatching(/^sidecar: 401/) },
  ])
  await transport.close()
}, 60_000)

test.each([400, 404, 500])(
  'a sidecar that answers %i, as one without its components does, refuses nothing',
  async (status) => {
    await start()
    await using server = createServer((_request, response) => response.writeHead(status).end('{}'))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    // A server that listens on TCP has an address of this kind.
    const { port } = server.address() as AddressInfo
    const transport = daprTransport({ sidecar, settings: { ...settings, DAPR_HTTP_PORT: port }, topology })
    await emit(1)
    await eventually('it is confirmed by the sidecar that is well', async () => (await open()) === 0)
    const { rows } = await db.admin.query(
      'select id, tenant_id as "tenantId", topic, event from outbox_events',
    )
    expect(await transport.publish(rows)).toEqual([{ id: rows[0].id, outcome: 'interrupted' }])
    await transport.close()
  },
  60_000,
)
