import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { eventOf } from '@alta/kit/testing/deliver'
import { eventually } from '@alta/kit/testing/wait'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { EventsSchema } from '../database/schema.ts'
import { settledPosition } from './settled.ts'
import { insertEvents } from './store.repository.ts'

let db: TestDatabase<EventsSchema>

beforeAll(async () => {
  db = await createTestDatabase<EventsSchema>('events', new URL('../database/migrations/', import.meta.url))
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.admin.query('truncate stored_events')
})

const store = () =>
  db.database.system(({ tx }) => insertEvents(tx, [eventOf(projectDeleted, { projectId: randomUUIDv7() })]))

/** Stores an event in a transaction that stays open until `end` is called. */
async function slowly(how: 'commit' | 'rollback') {
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  let inserted: () => void = () => undefined
  const isInserted = new Promise<void>((resolve) => {
    inserted = resolve
  })
  const transaction = db.database.system(async ({ tx }) => {
    await insertEvents(tx, [eventOf(projectDeleted, { projectId: randomUUIDv7() })])
    inserted()
    await ended
    if (how === 'rollback') throw new Error('rolled back')
  })
  await isInserted
  return {
    async end() {
      end()
      await transaction.catch(() => undefined)
    },
  }
}

const lastStored = async () =>
  Number((await db.admin.query('select max(position) as last from stored_events')).rows[0].last)
const storedUpTo = async (position: number) =>
  Number(
    (await db.admin.query('select count(*) as events from stored_events where position <= $1', [position]))
      .rows[0].events,
  )

test('an event that commits late is not passed by', async () => {
  const settled = settledPosition(db.database)
  await store()
  const before = await eventually('what is committed is settled', () => settled.position())
  const slow = await slowly('commit')
  await store()
  await store()
  for (let look = 0; look < 5; look++) expect(await settled.position()).toBe(before)
  await slow.end()
  await eventually('all three are settled', async () => (await settled.position()) === (await lastStored()))
  expect(await storedUpTo(await settled.position())).toBe(4)
})

test('an event that never commits holds nobody up', async () => {
  const settled = settledPosition(db.database)
  const slow = await slowly('rollback')
  await store()
  await slow.end()
  await eventually(
    'the other one is settled',
    async () => (await settled.position()) === (await lastStored()),
  )
})

test('a long transaction that stores nothing holds nobody up', async () => {
  const settled = settledPosition(db.database)
  const client = await db.admin.connect()
  try {
    await client.query('begin')
    await client.query('select pg_current_xact_id(), count(*) from stored_events')
    await store()
    expect(await settled.position()).toBe(await lastStored())
  } finally {
    await client.query('rollback')
    client.release()
  }
})

test('a reader of what lies behind its position sees every event of many writers once', async () => {
  const settled = settledPosition(db.database)
  const seen: number[] = []
  let position = await lastStored()
  async function read() {
    const upTo = await settled.position()
    const { rows } = await db.admin.query<{ position: string }>(
      'select position from stored_events where position > $1 and position <= $2 order by position',
      [position, upTo],
    )
    seen.push(...rows.map((row) => Number(row.position)))
    position = Math.max(position, upTo)
  }
  let writing = true
  const writers = Array.from({ length: 8 }, async () => {
    for (let count = 0; count < 40; count++) {
      if (count % 5 === 0) await (await slowly(count % 10 === 0 ? 'commit' : 'rollback')).end()
      else await store()
    }
  })
  const all = Promise.all(writers).then(() => {
    writing = false
  })
  while (writing) await read()
  await all
  await eventually('the last one is read', async () => {
    await read()
    return position >= (await lastStored())
  })
  const { rows } = await db.admin.query('select position from stored_events order by position')
  expect(seen).toEqual(rows.map((row) => Number(row.position)))
  expect(seen).toHaveLength(8 * 36)
})
