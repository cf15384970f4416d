import { setTimeout as delay } from 'node:timers/promises'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { connect } from 'amqplib'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { randomUUIDv7 } from '../identifiers.ts'
import { createTestBroker, rabbitmqctl, type TestBroker } from '../testing/broker.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { type EffectsSchema, effectsMigrations, quickBroker } from '../testing/kit-fixture.ts'
import { eventually } from '../testing/wait.ts'
import { amqpTransport } from './amqp-transport.ts'
import { createRelay, type Relay } from './relay.ts'
import type { Topology } from './topology.ts'
import type { PublishOutcome } from './transport.ts'

const topic = projectDeleted.topic
const queue = `reviews-${topic}`
const topology: Topology = {
  exchanges: [topic],
  owners: { [topic]: 'documents' },
  queues: [{ name: queue, app: 'reviews', topic }],
  bindings: [{ exchange: topic, to: 'queue', name: queue }],
}

let broker: TestBroker
let test1: TestDatabase<EffectsSchema>
let relay: Relay

beforeAll(async () => {
  test1 = await createTestDatabase('documents', effectsMigrations)
  broker = await createTestBroker()
})
afterAll(async () => {
  await broker.close()
  await test1.close()
})

beforeEach(async () => {
  await withChannel(async (channel) => {
    await channel.deleteQueue(queue)
    await channel.deleteExchange(topic)
  })
  await test1.admin.query('truncate outbox_events')
  const settings = quickBroker(broker.url)
  const transport = amqpTransport({ url: broker.url, topology, onReassert: () => relay.releaseUnroutable() })
  relay = createRelay({ pool: test1.database.pool, transport, settings })
  test1.database.publishThrough(relay)
  relay.start()
})
afterEach(() => relay.stop())

const emitProjectDeleted = () =>
  test1.database.transaction(DEFAULT_TENANT, async ({ emit }) => {
    emit(projectDeleted, { projectId: randomUUIDv7() })
  })

const rows = async () => (await test1.admin.query('select * from outbox_events order by id')).rows

const allAre = (status: string, count: number) =>
  eventually(`${count} rows are ${status}`, async () => {
    const found = await rows()
    return found.length === count && found.every((row) => row.status === status) && found
  })

async function messagesIn(name: string): Promise<string[]> {
  const connection = await connect(broker.url)
  const channel = await connection.createChannel()
  const bodies: string[] = []
  for (;;) {
    const message = await channel.get(name, { noAck: true })
    if (!message) break
    bodies.push(message.content.toString())
  }
  await connection.close()
  return bodies
}

async function withChannel(
  use: (
    channel: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createChannel']>>,
  ) => Promise<unknown>,
) {
  const connection = await connect(broker.url)
  await use(await connection.createChannel())
  await connection.close()
}

test('a committed event is in the queue as the CloudEvent it was committed as, and the row is COMPLETED', async () => {
  await emitProjectDeleted()
  const [row] = await allAre('COMPLETED', 1)
  const [body] = await messagesIn(queue)
  expect(body).toBe(row.event)
  expect(JSON.parse(body ?? '')).toMatchObject({
    id: row.id,
    source: '/documents',
    type: 'io.alta.project.deleted.v1',
  })
})

test('nothing is published when the transaction rolls back', async () => {
  await expect(
    test1.database.transaction(DEFAULT_TENANT, async ({ emit }) => {
      emit(projectDeleted, { projectId: randomUUIDv7() })
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  await emitProjectDeleted()
  await allAre('COMPLETED', 1)
  expect(await messagesIn(queue)).toHaveLength(1)
})

test('an event whose data breaks the contract is never committed', async () => {
  await expect(
    test1.database.transaction(DEFAULT_TENANT, async ({ emit }) =>
      emit(projectDeleted, { projectId: 'no uuid' }),
    ),
  ).rejects.toThrow()
  expect(await rows()).toHaveLength(0)
})

test('a NACK of a full queue is FAILED with the reason, and COMPLETED once there is room', async () => {
  await eventually('the relay is connected', () => relay.ready)
  await broker.limitQueues({ 'max-length': 1, overflow: 'reject-publish' })
  await eventually('the limit holds', async () => {
    await emitProjectDeleted()
    return (await rows()).some((row) => row.status === 'FAILED')
  })
  const failed = (await rows()).filter((row) => row.status === 'FAILED')
  expect(failed[0]?.last_error).toMatch(/^nack: a queue of project\.deleted\.v1 refused/)
  const before = (await rows()).length
  // A quorum queue of RabbitMQ 3.10 goes on refusing after its limit is lifted until it has been drained.
  const drained = await messagesIn(queue)
  await broker.unlimitQueues()
  await allAre('COMPLETED', before)
  const delivered = [...drained, ...(await messagesIn(queue))].map((body) => JSON.parse(body).id)
  expect(new Set(delivered)).toEqual(new Set((await rows()).map((row) => row.id)))
}, 60_000)

test('an event that no queue can take is FAILED and unroutable, and COMPLETED after the queue is back', async () => {
  await eventually('the relay is connected', () => relay.ready)
  await withChannel((channel) => channel.deleteQueue(queue))
  await emitProjectDeleted()
  const failed = await eventually('the row is FAILED', async () =>
    (await rows()).find((row) => row.status === 'FAILED'),
  )
  expect(failed.last_error).toBe(`unroutable: no queue is bound to ${topic}`)
  await allAre('COMPLETED', 1)
  expect(await messagesIn(queue)).toHaveLength(1)
}, 30_000)

test('a deleted exchange interrupts and is declared again: nothing is taken for success, nothing is lost', async () => {
  await eventually('the relay is connected', () => relay.ready)
  await withChannel((channel) => channel.deleteExchange(topic))
  for (let count = 0; count < 20; count++) await emitProjectDeleted()
  await allAre('COMPLETED', 20)
  const delivered = (await messagesIn(queue)).map((body) => JSON.parse(body).id)
  expect(new Set(delivered)).toEqual(new Set((await rows()).map((row) => row.id)))
}, 30_000)

test('connections cut with publishes in flight lose nothing', async () => {
  await eventually('the relay is connected', () => relay.ready)
  let committed = 0
  const producing = (async () => {
    while (committed < 400) {
      await emitProjectDeleted()
      committed++
    }
  })()
  for (let cut = 0; cut < 3; cut++) await broker.cutConnections()
  await producing
  await allAre('COMPLETED', 400)
  const delivered = new Set((await messagesIn(queue)).map((body) => JSON.parse(body).id))
  expect(delivered).toEqual(new Set((await rows()).map((row) => row.id)))
}, 60_000)

test('rows of a relay that died are published by another one when the lease runs out', async () => {
  await test1.admin.query(
    `insert into outbox_events (id, tenant_id, topic, event, status, lease_owner, lease_until)
     values ($1, $2, $3, '{}', 'PROCESSING', 'dead', now() + interval '1 second')`,
    [randomUUIDv7(), DEFAULT_TENANT, topic],
  )
  await allAre('COMPLETED', 1)
})

test.each([
  ['more often than it looks for leftovers', 100],
  ['without a pause', 0],
])(
  'leftovers of others leave while this process emits %s',
  async (_how, pause) => {
    await eventually('the relay is connected', () => relay.ready)
    let emitting = true
    const emitters = Array.from({ length: pause === 0 ? 4 : 1 }, async () => {
      while (emitting) {
        await emitProjectDeleted()
        if (pause > 0) await delay(pause)
      }
    })
    const left = randomUUIDv7()
    await test1.admin.query(
      `insert into outbox_events (id, tenant_id, topic, event, status) values ($1, $2, $3, '{}', 'PENDING')`,
      [left, DEFAULT_TENANT, topic],
    )
    const status = async () =>
      (await test1.admin.query('select status from outbox_events where id = $1', [left])).rows[0].status
    await eventually('it is COMPLETED', async () => (await status()) === 'COMPLETED', 8).finally(() => {
      emitting = false
    })
    await Promise.all(emitters)
  },
  30_000,
)

test('events committed while the broker is away wait as PENDING and leave when it is back', async () => {
  await eventually('the relay is connected', () => relay.ready)
  await rabbitmqctl('set_vhost_limits', '-p', broker.vhost, '{"max-connections": 0}')
  await broker.cutConnections()
  await eventually('the relay has noticed', () => !relay.ready)
  await emitProjectDeleted()
  expect((await rows())[0]).toMatchObject({ status: 'PENDING', attempts: 0 })
  await rabbitmqctl('clear_vhost_limits', '-p', broker.vhost)
  await allAre('COMPLETED', 1)
}, 60_000)

test('an event of a topic that the topology does not know is refused alone: the others leave', async () => {
  await eventually('the relay is connected', () => relay.ready)
  await test1.admin.query(
    `insert into outbox_events (id, tenant_id, topic, event, status) values ($1, $2, 'forgotten.v1', '{}', 'PENDING')`,
    [randomUUIDv7(), DEFAULT_TENANT],
  )
  await emitProjectDeleted()
  await eventually('the other is COMPLETED', async () =>
    (await rows()).some((row) => row.topic === topic && row.status === 'COMPLETED'),
  )
  const failed = await eventually('the unknown one is FAILED', async () =>
    (await rows()).find((row) => row.topic === 'forgotten.v1' && row.status === 'FAILED'),
  )
  expect(failed.last_error).toMatch(/^unknown: /)
}, 30_000)

test('looks for leftovers pass over what was published long ago, and find what is released among it', async () => {
  await eventually('the relay is connected', () => relay.ready)
  const old = randomUUIDv7(Date.now() - 3_600_000)
  await test1.admin.query(
    `insert into outbox_events (id, tenant_id, topic, event, status) values ($1, $2, $3, '{}', 'PENDING')`,
    [old, DEFAULT_TENANT, topic],
  )
  relay.wake()
  await allAre('COMPLETED', 1)
  // Less than a minute of the past is looked at now.
  await eventually('it begins later', () => relay.openFrom > old)
  await test1.admin.query(`update outbox_events set status = 'PENDING'`)
  relay.wake()
  await allAre('COMPLETED', 1)
  expect(await messagesIn(queue)).toHaveLength(2)
})

test('an open event keeps the looks from beginning after it, however old it is', async () => {
  await eventually('the relay is connected', () => relay.ready)
  const old = randomUUIDv7(Date.now() - 3_600_000)
  await test1.admin.query(
    `insert into outbox_events (id, tenant_id, topic, event, status, attempts, next_attempt_at)
     values ($1, $2, $3, '{}', 'FAILED', 1, now() + interval '3 seconds')`,
    [old, DEFAULT_TENANT, topic],
  )
  relay.wake()
  await eventually('it has looked', () => relay.openFrom === old)
  await allAre('COMPLETED', 1)
})

test('an event that stays unroutable is tried more and more seldom', async () => {
  await relay.stop()
  // Nothing is bound to the exchange, and nothing ever will be.
  const nobody = { ...topology, queues: [], bindings: [] }
  await withChannel((channel) => channel.deleteQueue(queue))
  relay = createRelay({
    pool: test1.database.pool,
    settings: { ...quickBroker(broker.url), OUTBOX_RETRY_DELAY: 3_600 },
    transport: amqpTransport({
      url: broker.url,
      topology: nobody,
      onReassert: () => relay.releaseUnroutable(),
    }),
  })
  test1.database.publishThrough(relay)
  relay.start()
  await eventually('the relay is connected', () => relay.ready)
  await emitProjectDeleted()
  const attempts = async (): Promise<number> => (await rows())[0].attempts
  await eventually('it was tried again', async () => (await attempts()) > 1)
  await delay(8_000)
  // At once and after 1, 2, 4, 8 … seconds. Every second would be ten.
  expect(await attempts()).toBeLessThanOrEqual(5)
}, 60_000)

test('a broker that gives no word does not keep the relay from stopping, and the event goes back to the table', async () => {
  await relay.stop()
  let interrupt: (outcome: PublishOutcome) => void = () => undefined
  let publishing = ''
  const silent = createRelay({
    pool: test1.database.pool,
    settings: quickBroker(broker.url),
    transport: {
      ready: true,
      open: (onReady) => onReady(),
      publish: ([row]) =>
        new Promise((resolve) => {
          publishing = row?.id ?? ''
          interrupt = (outcome) => resolve([outcome])
        }),
      close: async () => interrupt({ id: publishing, outcome: 'interrupted' }),
    },
  })
  test1.database.publishThrough(silent)
  silent.start()
  await emitProjectDeleted()
  await eventually('it is in flight', () => publishing !== '')
  await silent.stop()
  expect((await rows())[0]).toMatchObject({ status: 'PENDING', lease_owner: null })
})
