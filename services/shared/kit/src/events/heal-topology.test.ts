import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { projectUpdated } from '@alta/contracts/events/project-updated.v1'
import { type Channel, type ChannelModel, connect } from 'amqplib'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { randomUUIDv7 } from '../identifiers.ts'
import { createTestBroker, type TestBroker } from '../testing/broker.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { type EffectsSchema, effectsMigrations, quickBroker } from '../testing/kit-fixture.ts'
import { metricValue } from '../testing/metrics.ts'
import { eventually } from '../testing/wait.ts'
import { amqpTransport } from './amqp-transport.ts'
import { queueOf } from './names.ts'
import { completeOutboxRows, publishAgain } from './outbox.ts'
import { createRelay, type Relay } from './relay.ts'
import type { Topology } from './topology.ts'

const topic = projectDeleted.topic
const other = projectUpdated.topic
const queue = queueOf('reviews', topic)
const otherQueue = queueOf('reviews', other)
const store = queueOf('events', 'all')
const topology: Topology = {
  exchanges: [topic, other, 'all'],
  owners: { [topic]: 'documents', [other]: 'documents' },
  queues: [
    { name: queue, app: 'reviews', topic },
    { name: otherQueue, app: 'reviews', topic: other },
    { name: store, app: 'events', topic: 'all' },
  ],
  bindings: [
    { exchange: topic, to: 'queue', name: queue },
    { exchange: other, to: 'queue', name: otherQueue },
    { exchange: topic, to: 'exchange', name: 'all' },
    { exchange: other, to: 'exchange', name: 'all' },
    { exchange: 'all', to: 'queue', name: store },
  ],
}

let broker: TestBroker
let connection: ChannelModel
let db: TestDatabase<EffectsSchema>
let relay: Relay
let beforeAgain: () => Promise<unknown>

beforeAll(async () => {
  db = await createTestDatabase('kit', effectsMigrations)
  broker = await createTestBroker()
  connection = await connect(broker.url)
}, 120_000)
afterAll(async () => {
  await connection.close()
  await broker.close()
  await db.close()
}, 120_000)

beforeEach(async () => {
  await db.admin.query('truncate outbox_events')
  beforeAgain = async () => undefined
  start()
  await eventually('the relay is connected', () => relay.ready)
  await eventually('the queues are empty', async () => {
    for (const name of [queue, otherQueue, store]) await withChannel((channel) => channel.purgeQueue(name))
    return true
  })
}, 60_000)
afterEach(() => relay.stop(), 60_000)

function start(url = broker.url): void {
  relay = createRelay({
    pool: db.database.pool,
    settings: quickBroker(url),
    transport: amqpTransport({
      url,
      topology,
      healing: {
        appId: 'documents',
        everySeconds: 0.5,
        async publishAgain(...lost) {
          await beforeAgain()
          await relay.publishAgain(...lost)
        },
      },
      onReassert: () => relay.releaseUnroutable(),
    }),
  })
  db.database.publishThrough(relay)
  relay.start()
}

/** Emits and waits until the broker has confirmed; returns the ids. */
async function publish(count: number, contract: 'deleted' | 'updated' = 'deleted'): Promise<string[]> {
  for (let number = 0; number < count; number += 1) {
    await db.database.transaction(DEFAULT_TENANT, async ({ emit }) => {
      const projectId = randomUUIDv7()
      if (contract === 'deleted') emit(projectDeleted, { projectId })
      else emit(projectUpdated, { ...projectUpdated.example, projectId })
    })
  }
  return eventually('all are confirmed', async () => {
    const { rows } = await db.admin.query('select id, status from outbox_events order by id')
    return rows.every((row) => row.status === 'COMPLETED') && rows.slice(-count).map((row) => row.id)
  })
}

async function withChannel<Result>(
  use: (channel: Channel) => Promise<Result>,
  on = connection,
): Promise<Result> {
  const channel = await on.createChannel()
  // A queue that is not there ends the channel, and the call says so.
  channel.on('error', () => undefined)
  const result = await use(channel)
  await channel.close()
  return result
}

/** Takes out what is in a queue. */
const drain = (name: string, on = connection) =>
  withChannel(async (channel) => {
    const ids: string[] = []
    for (;;) {
      const message = await channel.get(name, { noAck: true })
      if (!message) return ids
      ids.push(JSON.parse(message.content.toString()).id)
    }
  }, on)

/** What an operator's mistake and a subscriber's sidecar make of a queue: gone with its messages, back without them. */
const loseQueue = (name: string, from: string) =>
  withChannel(async (channel) => {
    await channel.deleteQueue(name)
    await channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
    await channel.bindQueue(name, from, '')
  })

async function eventuallyIn(name: string, ids: readonly string[]): Promise<string[]> {
  const found: string[] = []
  await eventually(`${name} has ${ids.length} events`, async () => {
    found.push(...(await drain(name)))
    return ids.every((id) => found.includes(id))
  })
  return found
}

test('a queue that is lost with its backlog while another takes every event gets all of them again', async () => {
  const ids = await publish(30)
  await loseQueue(queue, topic)
  expect(new Set(await eventuallyIn(queue, ids))).toEqual(new Set(ids))
}, 60_000)

test('a queue that nobody declares again is declared, and gets what was in it', async () => {
  const ids = await publish(5)
  await withChannel((channel) => channel.deleteQueue(queue))
  await eventuallyIn(queue, ids)
}, 60_000)

test('a lost queue behind an exchange that takes everything gets the events of every topic again', async () => {
  const ids = [...(await publish(5)), ...(await publish(5, 'updated'))]
  await loseQueue(store, 'all')
  await eventuallyIn(store, ids)
}, 60_000)

test('an exchange that is deleted and declared again without its bindings has its events published again', async () => {
  const before = await publish(3)
  await withChannel(async (channel) => {
    await channel.deleteExchange(topic)
    await channel.assertExchange(topic, 'fanout', { durable: true })
    await channel.bindExchange('all', topic, '')
  })
  // Confirmed, because the event store takes them; the queue that they are for is not bound.
  const lost = await publish(3)
  await eventuallyIn(queue, [...before, ...lost])
}, 60_000)

test('events of other topics are not published again', async () => {
  const others = await publish(4, 'updated')
  const ids = await publish(4)
  expect(new Set(await drain(otherQueue))).toEqual(new Set(others))
  await loseQueue(queue, topic)
  await eventuallyIn(queue, ids)
  expect(await drain(otherQueue)).toEqual([])
}, 60_000)

test('a queue that is lost while the relay is away is noticed when it is back', async () => {
  const ids = await publish(5)
  await relay.stop()
  await loseQueue(queue, topic)
  start()
  await eventuallyIn(queue, ids)
}, 60_000)

test('events older than the horizon stay published', async () => {
  const [old = '', ...young] = await publish(5)
  await db.admin.query(
    `update outbox_events set completed_at = now() - interval '2 hours' where id = '${old}'`,
  )
  await loseQueue(queue, topic)
  const found = await eventuallyIn(queue, young)
  expect(found).not.toContain(old)
}, 60_000)

test('a relay that fails in the middle of healing begins again', async () => {
  const ids = await publish(5)
  let failures = 0
  beforeAgain = async () => {
    if (failures++ < 1) throw new Error('the database is away')
  }
  await loseQueue(queue, topic)
  await eventuallyIn(queue, ids)
  expect(failures).toBe(2)
}, 60_000)

test('a queue that is lost again while it is being healed is healed again', async () => {
  const ids = await publish(5)
  let times = 0
  beforeAgain = async () => {
    if (times++ > 0) return
    // After this relay has declared it and before the events are back: what it is given now is lost once more.
    setTimeout(() => void loseQueue(queue, topic), 300)
    await new Promise((resolve) => setTimeout(resolve, 600))
  }
  await loseQueue(queue, topic)
  await eventually('it was healed twice', () => times >= 2)
  await eventuallyIn(queue, ids)
}, 60_000)

test('when nothing is lost nothing is published again', async () => {
  const ids = await publish(3)
  await relay.stop()
  start()
  await eventually('the relay is connected', () => relay.ready)
  expect(new Set(await publish(1))).toEqual(new Set((await drain(queue)).filter((id) => !ids.includes(id))))
}, 60_000)

/** Of a topic that the relay publishes, so many minutes ago. */
const insertPublished = (minutes: number) =>
  db.admin.query(
    `insert into outbox_events (id, tenant_id, topic, event, status, completed_at)
     values ($1, $2, $3, $4, 'COMPLETED', now() - make_interval(mins => $5))`,
    [randomUUIDv7(), DEFAULT_TENANT, topic, '{"id":"any"}', minutes],
  )
const republished = async () => (await metricValue('alta_outbox_republished_total')) ?? 0

/**
 * A broker that has begun anew and knows nothing. Another virtual host stands for it: RabbitMQ may need long for a
 * quorum queue that is declared while the last one of that name is still being deleted.
 */
async function loseEverything() {
  await relay.stop()
  const anew = await createTestBroker()
  return {
    url: anew.url,
    /** By a connection of its own: the broker ends one that asks a queue which is still being declared (541). */
    async drain() {
      const its = await connect(anew.url)
      its.on('error', () => undefined)
      const ids = await drain(queue, its)
      await its.close()
      return ids
    },
    async [Symbol.asyncDispose]() {
      await relay.stop()
      await anew.close()
    },
  }
}

test('what was published on a new broker before its queues were all declared does not count as lost', async () => {
  await using anew = await loseEverything()
  const before = await republished()
  // While the relay declares everything: its first events wait for that ten seconds at most.
  beforeAgain = () => insertPublished(0)
  start(anew.url)
  await eventually('it is published again', async () => (await anew.drain()).length === 1)
  expect(await republished()).toBe(before)
}, 60_000)

test('what was published before a broker lost everything counts', async () => {
  await insertPublished(2)
  await using anew = await loseEverything()
  const before = await republished()
  beforeAgain = () => insertPublished(0)
  start(anew.url)
  await eventually(
    'both are published again',
    async () =>
      (
        await db.admin.query(
          `select from outbox_events where status = 'COMPLETED' and completed_at > now() - interval '1 minute'`,
        )
      ).rowCount === 2 && (await anew.drain()).length === 2,
  )
  expect(await republished()).toBe(before + 1)
}, 60_000)

test('a binding that somebody took away is made again within seconds', async () => {
  await withChannel((channel) => channel.unbindQueue(queue, topic, ''))
  await eventually('events reach the queue again', async () => {
    await publish(1)
    return (await drain(queue)).length > 0
  })
}, 60_000)

test('an event in flight when its queue was lost does not count as published, whatever its confirm says', async () => {
  await relay.stop()
  const id = randomUUIDv7()
  await db.admin.query(
    `insert into outbox_events (id, tenant_id, topic, event, status, lease_owner, lease_until)
     values ($1, $2, $3, '{}', 'PROCESSING', 'another replica', now() + interval '1 minute')`,
    [id, DEFAULT_TENANT, topic],
  )
  expect(await publishAgain(db.database.pool, [topic], 3_600)).toEqual({ events: 1, lost: 1 })
  await completeOutboxRows(db.database.pool, [id])
  const { rows } = await db.admin.query('select status from outbox_events')
  expect(rows).toEqual([{ status: 'PENDING' }])
})
