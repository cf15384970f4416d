import { setTimeout as delay } from 'node:timers/promises'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { amqpTransport } from '@alta/kit/events/amqp-transport'
import { queueOf } from '@alta/kit/events/names'
import { outboxRow } from '@alta/kit/events/outbox-row'
import { createRelay } from '@alta/kit/events/relay'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { rabbitmqctl } from '@alta/kit/testing/broker'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { type EffectsSchema, effectsMigrations, quickBroker } from '@alta/kit/testing/kit-fixture'
import { eventually } from '@alta/kit/testing/wait'
import { rounds, short } from '../config.ts'
import { forSeconds, now, perSecond, rateCells, ratio } from '../figures.ts'
import type { Section } from '../report.ts'
import { appId, dataOf, stored } from './contracts.ts'
import { openBarePublisher } from './floors.ts'
import { type Stage, topology } from './stage.ts'
import { publish } from './ways.ts'

const ROWS = short ? 3_000 : 10_000
const SECONDS = short ? 1 : 2

/** The relay alone: rows that wait in the outbox, until the broker has confirmed and the table says so. */
export async function benchRelay(stage: Stage): Promise<Section> {
  await using opened = new AsyncDisposableStack()
  // A database of its own, so that no other relay helps.
  const db = opened.adopt(await createTestDatabase<EffectsSchema>(appId, effectsMigrations), (one) =>
    one.close(),
  )
  const bare = opened.use(await openBarePublisher(stage.broker.url))
  const { event } = newEvent()
  const through = async (callers: number, seconds = SECONDS) =>
    (await forSeconds(seconds, callers, () => publish(stage.daprd, stored.topic, event))).perSecond
  const direct = async () =>
    (await forSeconds(SECONDS, 200, () => bare.publish(stored.topic, event))).perSecond

  const contestants: { name: string; rates: number[]; run(): Promise<number> }[] = [
    { name: 'Alta relay, batches of 100 (default)', rates: [], run: () => drain(stage, db, 100) },
    { name: 'Alta relay, batches of 500', rates: [], run: () => drain(stage, db, 500) },
    { name: 'Dapr publish, 1 caller', rates: [], run: () => through(1) },
    { name: 'Dapr publish, 32 callers', rates: [], run: () => through(32) },
    { name: 'floor: bare AMQP publish, 200 in flight', rates: [], run: direct },
  ]
  await through(32, 0.5)
  for (let round = 0; round < rounds; round++) {
    for (const { rates, run } of contestants) {
      await emptyQueue(stage)
      rates.push(await run())
    }
  }
  const [ours = [], larger = [], , dapr = [], floor = []] = contestants.map(({ rates }) => rates)
  return {
    title: 'The relay alone, against confirmed publishes through Dapr',
    columns: ['what', 'events/s, median', 'lowest and highest round'],
    rows: contestants.map(({ name, rates }) => [name, ...rateCells(rates)]),
    notes: [
      `${perSecond(ROWS)} rows claimed, published with confirms and mandatory to a quorum queue, and completed; against publishes through Dapr for ${SECONDS} s with publisherConfirm to the same queue, without any database. ${rounds} rounds in turn.`,
      `Alta, default batch, against Dapr with 32 callers: ${ratio(ours, dapr)}; batches of 500: ${ratio(larger, dapr)}. Alta, default batch, against the floor: ${ratio(ours, floor)}.`,
    ],
  }
}

const newEvent = () => outboxRow(appId, DEFAULT_TENANT, stored, dataOf(randomUUIDv7()))

/** Rows a second of one relay, without its connecting. */
async function drain({ broker }: Stage, db: TestDatabase<EffectsSchema>, batch: number): Promise<number> {
  await db.admin.query('truncate outbox_events')
  const settings = { ...quickBroker(broker.url), OUTBOX_PROCESSING_INTERVAL: 5, OUTBOX_BATCH_SIZE: batch }
  const relay = createRelay({
    pool: db.database.pool,
    transport: amqpTransport({ url: broker.url, topology }),
    settings,
  })
  relay.start()
  try {
    await eventually('the relay is connected', () => relay.ready)
    await preload(db)
    const began = now()
    relay.wake()
    const waiting = async () =>
      (await db.admin.query(`select 1 from outbox_events where status <> 'COMPLETED' limit 1`)).rows.length
    while ((await waiting()) > 0) await delay(20)
    return (ROWS * 1_000) / (now() - began)
  } finally {
    await relay.stop()
  }
}

async function preload(db: TestDatabase<EffectsSchema>): Promise<void> {
  const rows = Array.from({ length: ROWS }, newEvent)
  await db.admin.query(
    `insert into outbox_events (id, tenant_id, topic, event, status)
     select id, $1, $2, event, 'PENDING' from unnest($3::uuid[], $4::text[]) as row (id, event)`,
    [DEFAULT_TENANT, stored.topic, rows.map(({ id }) => id), rows.map(({ event }) => event)],
  )
  await db.admin.query('analyze outbox_events')
}

const emptyQueue = ({ broker }: Stage) =>
  rabbitmqctl('purge_queue', '-p', broker.vhost, queueOf(appId, stored.topic))
