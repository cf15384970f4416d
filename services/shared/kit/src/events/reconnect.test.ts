import { setTimeout as delay } from 'node:timers/promises'
import { event } from '@alta/contracts/event'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { type AppUnderTest, appToken, startApp } from '../http/app-under-test.ts'
import { randomUUIDv7 } from '../identifiers.ts'
import { createTestBroker, rabbitmqctl, type TestBroker } from '../testing/broker.ts'
import { type Daprd, startDaprd } from '../testing/daprd.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { addEffect, type EffectsSchema, effectsMigrations, quickBroker } from '../testing/kit-fixture.ts'
import { eventually } from '../testing/wait.ts'
import { amqpTransport } from './amqp-transport.ts'
import { deliveryRoutes } from './delivery-routes.ts'
import { on } from './handlers.ts'
import { createInbox, type Inbox } from './inbox-dispatch.ts'
import { DEAD_LETTER_TOPIC, queueOf } from './names.ts'
import { createRelay, type Relay } from './relay.ts'
import type { Topology } from './topology.ts'

/*
 * The whole way of an event on real parts: transaction, relay, broker, daprd, inbox, effect. Everything
 * that holds a connection to the broker loses it, again and again.
 */

const appId = 'reviews'
const contracts = ['alpha', 'beta', 'gamma', 'delta'].map((noun) =>
  event({
    topic: `${noun}.counted.v1`,
    owner: appId,
    summary: 'Something was counted.',
    schema: z.object({ id: z.uuid() }),
    example: { id: '019a9d2e-0000-7000-8000-000000000001' },
    subject: ({ id }) => id,
  }),
)
const topics = contracts.map(({ topic }) => topic)
const deadLetters = queueOf('events', DEAD_LETTER_TOPIC)
const queues = [
  ...topics.map((topic) => ({ name: queueOf(appId, topic), app: appId, topic })),
  { name: deadLetters, app: 'events', topic: DEAD_LETTER_TOPIC },
]
const topology: Topology = {
  exchanges: [...topics, DEAD_LETTER_TOPIC],
  owners: {},
  queues,
  bindings: queues.map(({ name, topic }) => ({ exchange: topic, to: 'queue', name })),
}

let broker: TestBroker
let db: TestDatabase<EffectsSchema>
let relay: Relay
let inbox: Inbox
let app: AppUnderTest
let daprd: Daprd
let emitted: string[] = []

beforeAll(async () => {
  broker = await createTestBroker()
  db = await createTestDatabase<EffectsSchema>(appId, effectsMigrations)
  const settings = quickBroker(broker.url)
  const transport = amqpTransport({ url: broker.url, topology, onReassert: () => relay.releaseUnroutable() })
  relay = createRelay({ pool: db.database.pool, transport, settings })
  db.database.publishThrough(relay)
  relay.start()
  await eventually('the relay is connected', () => relay.ready)
  const subscriptions = contracts.map((contract) =>
    on<{ id: string }, EffectsSchema>(contract, ({ id }, { tx }) => addEffect(tx, DEFAULT_TENANT, id)),
  )
  inbox = createInbox({ database: db.database, subscriptions, settings })
  app = await startApp({ appId, routers: [deliveryRoutes(appId, subscriptions, inbox)] })
  daprd = await startDaprd({ appId, appPort: app.port, appToken, rabbitmqUrl: broker.url, topics })
}, 60_000)

afterAll(async () => {
  await daprd?.stop()
  await app?.[Symbol.asyncDispose]()
  await inbox?.stop(2_000)
  await relay?.stop()
  await db?.close()
  await broker?.close()
}, 60_000)

afterEach(async () => {
  emitted = []
  await db.admin.query('truncate effects')
})

/** Emits to all topics in turn, up to 250 events a second, until told to stop. */
function keepEmitting(): { stop(): Promise<void> } {
  let going = true
  const emitting = (async () => {
    while (going) {
      for (const contract of contracts) {
        const id = randomUUIDv7()
        await db.database.transaction(DEFAULT_TENANT, async ({ emit }) => emit(contract, { id }))
        emitted.push(id)
      }
      await delay(10)
    }
  })()
  return {
    async stop() {
      going = false
      await emitting
    },
  }
}

interface QueueState {
  name: string
  messages: number
  messages_unacknowledged: number
  consumers: number
}

async function queueStates(): Promise<QueueState[]> {
  const columns = ['name', 'messages', 'messages_unacknowledged', 'consumers']
  const { stdout } = await rabbitmqctl('list_queues', '-p', broker.vhost, '--formatter', 'json', ...columns)
  return JSON.parse(stdout)
}

async function effects(): Promise<{ subjects: Set<string>; most: number }> {
  const { rows } = await db.admin.query<{ subject: string; times: number }>('select * from effects')
  return {
    subjects: new Set(rows.map(({ subject }) => subject)),
    most: Math.max(0, ...rows.map(({ times }) => times)),
  }
}

/** Waits for the last effect, then looks at everything that could have gone wrong on the way. */
async function expectEachEffectOnce(): Promise<void> {
  await eventually('every event has had its effect', async () => {
    return (await effects()).subjects.size >= emitted.length
  }).catch(async (error: unknown) => {
    const state = { emitted: emitted.length, effects: (await effects()).subjects.size }
    throw new Error(`${JSON.stringify({ ...state, queues: await queueStates() })}\n${await daprd.log()}`, {
      cause: error,
    })
  })
  const { subjects, most } = await effects()
  expect(most).toBe(1)
  expect(subjects).toEqual(new Set(emitted))
  const settled = await eventually('nothing is unacknowledged and each queue has its consumer', async () => {
    const states = await queueStates()
    return (
      states.every(({ messages, messages_unacknowledged: open }) => messages === 0 && open === 0) &&
      states.every(({ name, consumers }) => consumers === (name === deadLetters ? 0 : 1)) &&
      states
    )
  })
  expect(settled.map(({ name }) => name).sort()).toEqual(queues.map(({ name }) => name).sort())
  // Repeated deliveries go through the inbox; none may have been parked or given up.
  const { rows } = await db.admin.query(`select * from inbox_messages where status <> 'COMPLETED'`)
  expect(rows).toEqual([])
}

test('every connection cut five times while events flow: each effect once, one consumer a queue, nothing stranded', async () => {
  const emitting = keepEmitting()
  for (let cut = 0; cut < 5; cut++) {
    await delay(700)
    await broker.cutConnections()
  }
  await delay(1_000)
  await emitting.stop()
  expect(emitted.length).toBeGreaterThan(200)
  await expectEachEffectOnce()
  // A consumer that was stranded by the reconnects would take these and never acknowledge them.
  const afterwards = keepEmitting()
  await delay(500)
  await afterwards.stop()
  await expectEachEffectOnce()
}, 120_000)

test('a sidecar killed while it delivers: each effect once after it is back', async () => {
  const emitting = keepEmitting()
  for (let kill = 0; kill < 2; kill++) {
    await delay(700)
    await daprd.kill()
    await delay(300)
    await daprd.start()
  }
  await delay(700)
  await emitting.stop()
  expect(emitted.length).toBeGreaterThan(100)
  await expectEachEffectOnce()
}, 120_000)
