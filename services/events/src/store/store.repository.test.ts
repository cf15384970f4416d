import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { planOf } from '../database/plan.fixture.ts'
import { startEventStore, type TestEventStore } from './event-store.fixture.ts'
import { findEvents } from './store.repository.ts'

let events: TestEventStore
beforeAll(async () => {
  events = await startEventStore()
  // A stream of thousands, as the failures of one service are, among many short ones.
  await events.admin.query(
    `insert into stored_events (id, source, tenant_id, topic, type, stream, time, correlation_id, event)
     select gen_random_uuid(), '/documents', $1, topic, 'io.alta.' || topic,
       case when i % 2 = 0 then 'long' else 'short ' || i end, now() - interval '1 second' * (8000 - i), 'c' || i, '{}'
     from generate_series(1, 8000) i, concat('topic.number', i % 50, '.v1') topic`,
    [DEFAULT_TENANT],
  )
  await events.admin.query('vacuum analyze stored_events')
})
afterAll(() => events.close())

const newest = (filter: Parameters<typeof findEvents>[1]['filter']) =>
  planOf(events.database, DEFAULT_TENANT, (tx) =>
    findEvents(tx, { tenantId: DEFAULT_TENANT, filter, before: undefined, limit: 51 }),
  )

test('numbering a page goes over the events of the page; those before it are only counted, in the index', async () => {
  const plan = await newest({})
  const numbered = Number(/WindowAgg \(actual rows=(\d+)/.exec(plan)?.[1])
  expect(numbered).toBeGreaterThan(0)
  expect(numbered).toBeLessThan(200)
  expect(plan).toMatch(/Index Only Scan using stored_events_\d+_\d+_tenant_id_stream_position_idx/)
})

test('a search by type uses the index of topics', async () => {
  const plan = await newest({ type: 'io.alta.never.heard-of.v1' })
  expect(plan).toMatch(/tenant_id_topic_time_position_idx/)
})
