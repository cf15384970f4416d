import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { randomUUIDv7 } from '../identifiers.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { eventOf } from '../testing/deliver.ts'
import { type EffectsSchema, effectsMigrations } from '../testing/kit-fixture.ts'
import { type Topology, topologyOfOwner } from './topology.ts'

let db: TestDatabase<EffectsSchema>

beforeAll(async () => {
  db = await createTestDatabase<EffectsSchema>('events', effectsMigrations)
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.admin.query('truncate outbox_events')
})

const event = eventOf(projectDeleted, { projectId: randomUUIDv7() })
const copy = { ...event, replayfor: 'reviews', replayid: randomUUIDv7(), anextension: 'kept' }
const outbox = async () =>
  (await db.admin.query('select id, topic, event from outbox_events order by id')).rows

test('a copy goes into the outbox unchanged, on its own topic, however often it is sent', async () => {
  for (let time = 0; time < 2; time++) {
    await db.database.transaction(DEFAULT_TENANT, async ({ forward }) => forward(copy))
  }
  const rows = await outbox()
  expect(rows.map((row) => row.topic)).toEqual([projectDeleted.topic, projectDeleted.topic])
  expect(rows.map((row) => JSON.parse(row.event))).toEqual([copy, copy])
  expect(rows.map((row) => row.id)).not.toContain(event.id)
})

test('an event goes out as itself once more when it says that it is a redelivery', async () => {
  const again = { ...event, redelivery: randomUUIDv7() }
  await db.database.transaction(DEFAULT_TENANT, async ({ forward }) => forward(again))
  expect((await outbox()).map((row) => JSON.parse(row.event))).toEqual([again])
})

test('nothing is forwarded by a transaction that fails', async () => {
  const failing = db.database.transaction(DEFAULT_TENANT, async ({ forward }) => {
    forward(copy)
    throw new Error('crash')
  })
  await expect(failing).rejects.toThrow('crash')
  expect(await outbox()).toEqual([])
})

test.each([
  ['that names no app', { ...copy, replayfor: undefined }, 'replayfor and replayid'],
  ['that names no replay', { ...copy, replayid: undefined }, 'replayfor and replayid'],
  ['of another tenant', { ...copy, tenantid: randomUUIDv7() }, 'another tenant'],
])('a copy %s is refused', async (_what, wrong, reason) => {
  await expect(
    db.database.transaction(DEFAULT_TENANT, async ({ forward }) => forward(wrong)),
  ).rejects.toThrow(reason)
})

test('the events service stands in for every exchange, the others for their own', () => {
  const topology: Topology = {
    exchanges: ['project.deleted.v1', 'review.opened.v1', 'all'],
    owners: { 'project.deleted.v1': 'documents', 'review.opened.v1': 'reviews' },
    queues: [{ name: 'reviews-project.deleted.v1', app: 'reviews', topic: 'project.deleted.v1' }],
    bindings: [
      { exchange: 'project.deleted.v1', to: 'queue', name: 'reviews-project.deleted.v1' },
      { exchange: 'review.opened.v1', to: 'exchange', name: 'all' },
    ],
  }
  expect(topologyOfOwner(topology, 'events')).toEqual(topology)
  expect(topologyOfOwner(topology, 'documents').exchanges).toEqual(['project.deleted.v1'])
})
