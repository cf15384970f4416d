import type { Topology } from '@alta/kit/events/topology'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { metricValue } from '@alta/kit/testing/metrics'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EventsSchema } from '../database/schema.ts'
import { queueWatch } from './queue-watch.ts'
import { insertSamples } from './sample.repository.ts'

const topic = 'email.send-requested.v1'
const name = `notifications-${topic}`
const topology: Topology = {
  exchanges: [],
  owners: {},
  queues: [{ name, app: 'notifications', topic }],
  bindings: [],
}

let db: TestDatabase<EventsSchema>
beforeAll(async () => {
  db = await createTestDatabase<EventsSchema>('events', new URL('../database/migrations/', import.meta.url))
})
afterAll(() => db.close())

const labels = `{queue="${name}",app_id="notifications",topic="${topic}"}`
const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000)

function sampled(at: Date, queue: string, figures: { ready: number; consumers: number; published: number }) {
  const counted = { unacknowledged: 0, acknowledged: figures.published - figures.ready }
  return db.database.system(({ tx }) =>
    insertSamples(tx, {
      queues: [{ queue, at, ...figures, ...counted }],
      services: [
        {
          app: 'notifications',
          at,
          alive: true,
          replicas: 2,
          outbox_waiting: 0,
          outbox_failed: 0,
          outbox_oldest_seconds: 0,
          inbox_parked: 0,
          inbox_failed: 0,
          inbox_oldest_seconds: 0,
        },
      ],
      handlers: [],
    }),
  )
}

test('what another replica has sampled is shown here too, with the age of the oldest message', async () => {
  await sampled(ago(60), name, { ready: 0, consumers: 2, published: 10 })
  await sampled(ago(50), name, { ready: 4, consumers: 0, published: 14 })
  const watch = queueWatch(db.database, topology)
  await watch()
  expect(await metricValue(`alta_queue_ready${labels}`)).toBe(4)
  expect(await metricValue(`alta_queue_consumers${labels}`)).toBe(0)
  expect(await metricValue(`alta_queue_oldest_seconds${labels}`)).toBeLessThan(55)
  expect(await metricValue('alta_service_replicas{app_id="notifications"}')).toBe(2)

  await sampled(ago(1), name, { ready: 5, consumers: 1, published: 15 })
  await watch()
  expect(await metricValue(`alta_queue_ready${labels}`)).toBe(5)
  expect(await metricValue(`alta_queue_oldest_seconds${labels}`)).toBeGreaterThan(45)
})

test('queues of others on the broker are no series of ours', async () => {
  await sampled(ago(0), 'somebody-elses', { ready: 1, consumers: 1, published: 1 })
  await queueWatch(db.database, topology)()
  expect(await metricValue('alta_queue_ready{queue="somebody-elses"}')).toBeUndefined()
})

test('a handler that is stuck is named, from every replica', async () => {
  await db.admin.query(
    `insert into stuck_handlers (app, topic, since, noticed_at) values ('ocr', 'a.b.v1', now() - interval '5 minutes', now())`,
  )
  const watch = queueWatch(db.database, topology)
  await watch()
  expect(await metricValue('alta_stuck_handlers')).toBe(1)
  expect(await metricValue('alta_stuck_handler_seconds{app_id="ocr",topic="a.b.v1"}')).toBeGreaterThan(299)
  await db.admin.query('update stuck_handlers set cleared_at = now()')
  await watch()
  expect(await metricValue('alta_stuck_handlers')).toBe(0)
  expect(await metricValue('alta_stuck_handler_seconds{app_id="ocr",topic="a.b.v1"}')).toBeUndefined()
})
