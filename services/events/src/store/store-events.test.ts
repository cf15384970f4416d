import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { projectUpdated } from '@alta/contracts/events/project-updated.v1'
import { everyTogether } from '@alta/kit/events/every'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { deliverAll, eventOf } from '@alta/kit/testing/deliver'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { EventsSchema } from '../database/schema.ts'
import { forgetMonths } from './keep-store.ts'
import { forgetMonth, keepMonths } from './store.repository.ts'
import { storeEvents } from './store-events.ts'

let db: TestDatabase<EventsSchema>
let deliver: ReturnType<typeof deliverAll>

beforeAll(async () => {
  db = await createTestDatabase<EventsSchema>('events', new URL('../database/migrations/', import.meta.url))
  deliver = deliverAll(db.database, [everyTogether(storeEvents)])
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.admin.query('truncate stored_events, inbox_messages, forgotten_events')
})

const deleted = (attributes = {}) => eventOf(projectDeleted, { projectId: randomUUIDv7() }, attributes)
const stored = async () =>
  (
    await db.admin.query(
      'select *, tableoid::regclass::text as partition from stored_events order by position',
    )
  ).rows
const monthsBefore = async (year: string) =>
  (
    await db.admin.query(
      `select relname from pg_inherits join pg_class on oid = inhrelid
       where inhparent = 'stored_events'::regclass and relname < $1 order by 1`,
      [`stored_events_${year}`],
    )
  ).rows.map(({ relname }) => relname)
const month = (moment: Date) => `stored_events_${moment.toISOString().slice(0, 7).replace('-', '_')}`

test('an event is kept as it came, with what it can be found by', async () => {
  const event = deleted({
    sequence: '7',
    causationid: 'cause',
    correlationid: 'request',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    anextension: 'kept',
  })
  expect(await deliver(event)).toBe('SUCCESS')
  const [row] = await stored()
  expect(row.event).toEqual(event)
  expect(row).toMatchObject({
    id: event.id,
    source: '/documents',
    tenant_id: event.tenantid,
    topic: projectDeleted.topic,
    type: projectDeleted.type,
    stream: event.subject,
    sequence: '7',
    correlation_id: 'request',
    causation_id: 'cause',
    traceparent: event.traceparent,
    partition: month(new Date(event.time)),
  })
})

test('an event delivered again, or published again for this service, is kept once and unmarked', async () => {
  const event = deleted()
  await deliver(event)
  await deliver(event)
  await deliver({ ...event, replayfor: 'events', replayid: randomUUIDv7() })
  expect(await stored()).toHaveLength(1)
  const unknown = deleted()
  await deliver({ ...unknown, replayfor: 'events', replayid: randomUUIDv7() })
  expect((await stored())[1].event).toEqual(unknown)
})

test.each([
  ['of long ago', { time: '1970-01-01T00:00:00Z' }],
  ['of the far future', { time: '9999-12-31T23:59:59.999+00:00' }],
  ['with a sequence that no column holds', { sequence: '9'.repeat(100) }],
  ['with characters that no text column takes', { traceparent: 'nul \0 and half a pair \ud800' }],
])('an event %s is kept', async (_what, attributes) => {
  const event = deleted(attributes)
  expect(await deliver(event)).toBe('SUCCESS')
  expect(await stored()).toHaveLength(1)
})

test('events that came before their month move into it when it is made', async () => {
  const early = deleted({ time: '2031-05-17T12:00:00.000Z' })
  await deliver(early)
  expect((await stored())[0].partition).toBe('stored_events_default')
  await db.database.pool.query(`select keep_month_of_events('2031-05-31T23:59:59Z')`)
  await deliver(deleted({ time: '2031-05-31T23:59:59.999Z' }))
  await deliver(deleted({ time: '2031-06-01T00:00:00.000Z' }))
  expect((await stored()).map((row) => row.partition)).toEqual([
    'stored_events_2031_05',
    'stored_events_2031_05',
    'stored_events_default',
  ])
  expect((await stored())[0].event).toEqual(early)
  await db.admin.query('drop table stored_events_2031_05')
})

test('the coming months are there, and making them again changes nothing', async () => {
  await db.database.system(({ tx }) => keepMonths(tx))
  const { rows } = await db.admin.query(
    `select count(*)::int as months from pg_inherits where inhparent = 'stored_events'::regclass`,
  )
  expect(rows[0].months).toBeGreaterThanOrEqual(5)
})

test('months that are over are dropped whole; what is left of a stream keeps its count', async () => {
  await db.database.pool.query(`select keep_month_of_events('2024-02-10Z')`)
  const stream = randomUUIDv7()
  for (const time of ['2024-02-01T00:00:00Z', '2024-02-29T23:59:59Z', '1999-01-01T00:00:00Z'])
    await deliver(deleted({ time, subject: stream }))
  const recent = deleted({ subject: stream })
  await deliver(recent)
  await forgetMonths(db.database, 12)
  expect(await monthsBefore('2026')).toEqual([])
  expect((await stored()).map((row) => row.id)).toEqual([recent.id])
  const { rows } = await db.admin.query('select stream, events from forgotten_events')
  expect(rows).toEqual([{ stream, events: '3' }])
})

test('a month that is in use stays for now, and holds up none that are older', async () => {
  for (const month of ['2024-02-10Z', '2024-03-10Z'])
    await db.database.pool.query('select keep_month_of_events($1)', [month])
  const reader = await db.admin.connect()
  await reader.query('begin; lock table stored_events_2024_03 in access share mode')
  await expect(forgetMonths(db.database, 12)).rejects.toThrow('lock timeout')
  expect(await monthsBefore('2026')).toEqual(['stored_events_2024_03'])
  await reader.query('rollback')
  reader.release()
  await forgetMonths(db.database, 12)
  expect(await monthsBefore('2026')).toEqual([])
})

test('the month before this one can never be dropped, on no day of the month', async () => {
  await expect(db.database.system(({ tx }) => forgetMonth(tx, 0))).rejects.toThrow('at least one month')
  const forget = (from: string) =>
    db.database.pool.query(
      `select forget_events_before((date_trunc('month', now() at time zone 'UTC') ${from}) at time zone 'UTC')`,
    )
  await expect(forget(`+ interval '1 minute'`)).rejects.toThrow('at least one month')
  await forget(`- interval '1 minute'`)
})

test('nobody changes or removes a stored event through the service, in the table or in a month of it', async () => {
  const event = deleted()
  await deliver(event)
  for (const table of ['stored_events', month(new Date(event.time))])
    for (const statement of [`update ${table} set topic = 'x'`, `delete from ${table}`, `truncate ${table}`])
      await expect(db.database.system(({ tx }) => sql.raw(statement).execute(tx))).rejects.toThrow(
        /never changed|permission denied/,
      )
  expect(await stored()).toHaveLength(1)
})

test('a month shows each tenant its own events, as the whole table does', async () => {
  const other = randomUUIDv7()
  await deliver(deleted())
  await deliver(eventOf(projectUpdated, projectUpdated.example, { tenantid: other }))
  const seen = (tenant: string) =>
    db.database.read(
      tenant,
      async (tx) => (await tx.selectFrom('stored_events').select('topic').execute()).length,
    )
  expect(await seen(other)).toBe(1)
  expect(await seen(randomUUIDv7())).toBe(0)
})
