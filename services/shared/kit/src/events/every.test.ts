import type { CloudEvent } from '@alta/contracts/cloud-event'
import { emailSent } from '@alta/contracts/events/email-sent.v1'
import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import { messageHandled } from '@alta/contracts/events/message-handled.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { randomUUIDv7 } from '../identifiers.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { deliverAll, emitted, eventOf } from '../testing/deliver.ts'
import { addEffect, type EffectsSchema, effectsMigrations } from '../testing/kit-fixture.ts'
import { every, everyTogether } from './every.ts'

let db: TestDatabase<EffectsSchema>
beforeAll(async () => {
  db = await createTestDatabase<EffectsSchema>('archive', effectsMigrations)
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.admin.query('truncate inbox_messages, outbox_events, effects')
})

const seen: CloudEvent[] = []
const storing = every<EffectsSchema>(async (event, { tx, message }) => {
  seen.push(event)
  await addEffect(tx, message.tenantId, event.topic)
})

test('events of every topic reach one handler, once each, as their emitters made them', async () => {
  const deliver = deliverAll(db.database, [storing])
  const deleted = eventOf(projectDeleted, { projectId: randomUUIDv7() }, { sequence: '3' })
  const sent = eventOf(emailSent, emailSent.example)
  for (const event of [deleted, sent, deleted]) expect(await deliver(event)).toBe('SUCCESS')
  expect(seen).toEqual([deleted, sent])
  const { rows } = await db.admin.query('select subject, times from effects order by subject')
  expect(rows).toEqual([
    { subject: 'email.sent.v1', times: 1 },
    { subject: 'project.deleted.v1', times: 1 },
  ])
})

test.each([
  ['data that breaks its contract', { data: { projectId: 7 } }, 'schema_validation_failed'],
  ['a type that is not its topic’s', { type: 'io.alta.other.v1' }, 'unknown_type'],
  ['a topic without a contract', { topic: 'nobody.knows.v1' }, 'unknown_topic'],
])('an event with %s is a dead letter', async (_what, attributes, errorClass) => {
  const event = { ...eventOf(projectDeleted, { projectId: randomUUIDv7() }), ...attributes }
  expect(await deliverAll(db.database, [storing])(event)).toBe('SUCCESS')
  const [told] = await emitted(db.admin, messageFailed)
  expect(told).toMatchObject({ handler: 'archive/all', errorClass, attempts: 1 })
})

const deleted = (attributes = {}) => eventOf(projectDeleted, { projectId: randomUUIDv7() }, attributes)

test('events that share a transaction reach a handler of many at once, each tenant’s own together', async () => {
  const calls: string[][] = []
  const other = randomUUIDv7()
  const deliver = deliverAll(db.database, [
    everyTogether<EffectsSchema>(async (events, tx) => {
      calls.push(events.map(({ tenantid }) => tenantid))
      for (const { tenantid, subject } of events) await addEffect(tx, tenantid, subject)
    }),
  ])
  const events = Array.from({ length: 60 }, (_, index) => deleted(index % 2 ? { tenantid: other } : {}))
  expect(new Set(await Promise.all([...events, ...events].map(deliver)))).toEqual(new Set(['SUCCESS']))
  expect(Math.max(...calls.map((tenants) => tenants.length))).toBeGreaterThan(10)
  for (const tenants of calls) expect(new Set(tenants).size).toBe(1)
  const { rows } = await db.admin.query('select times from effects')
  expect(rows).toEqual(events.map(() => ({ times: 1 })))
})

test('of many at once only the one that cannot be handled fails', async () => {
  const poison = deleted()
  const deliver = deliverAll(db.database, [
    everyTogether<EffectsSchema>(async (events, tx) => {
      for (const { tenantid, subject } of events) await addEffect(tx, tenantid, subject)
      if (events.some(({ id }) => id === poison.id)) throw new Error('poison')
    }),
  ])
  const events = [deleted(), deleted(), poison, deleted(), deleted()]
  expect(new Set(await Promise.all(events.map(deliver)))).toEqual(new Set(['SUCCESS']))
  const { rows } = await db.admin.query('select subject from effects')
  expect(new Set(rows.map(({ subject }) => subject))).toEqual(
    new Set(events.filter((event) => event !== poison).map(({ subject }) => subject)),
  )
})

test('of a copy a handler of many says that it was handled', async () => {
  const deliver = deliverAll(db.database, [everyTogether(async () => undefined)])
  const replayid = randomUUIDv7()
  const event = deleted()
  await deliver({ ...event, replayfor: 'archive', replayid })
  await deliver(deleted())
  expect(await emitted(db.admin, messageHandled)).toEqual([
    {
      app: 'archive',
      handler: 'archive/all',
      messageId: event.id,
      source: event.source,
      topic: event.topic,
      replayId: replayid,
    },
  ])
})
