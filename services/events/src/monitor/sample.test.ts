import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { EventsSchema } from '../database/schema.ts'
import { sample } from './sample.ts'

let db: TestDatabase<EventsSchema>
beforeAll(async () => {
  db = await createTestDatabase<EventsSchema>('events', new URL('../database/migrations/', import.meta.url))
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.admin.query(
    'truncate queue_samples, service_samples, handler_samples, handler_states, stuck_handlers',
  )
})
afterEach(() => void vi.useRealTimers())

const look = (everySeconds: number) =>
  sample({
    database: db.database,
    apps: ['ocr'],
    ask: async () => undefined,
    broker: async () => [],
    rule: { factor: 2, floorSeconds: 1, unknownSeconds: 60 },
    everySeconds,
  })

test('one replica samples, and the others pass until the next turn', async () => {
  const took = await Promise.all([look(60), look(60), look(60)])
  expect(took.filter(Boolean)).toHaveLength(1)
  expect(await look(60)).toBe(false)
})

test('a replica whose clock is an hour ahead keeps nobody from sampling', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
  expect(await look(60)).toBe(true)
  vi.useRealTimers()
  const { rows } = await db.admin.query(
    `select abs(extract(epoch from clock_timestamp() - at)) < 30 as now from service_samples`,
  )
  expect(rows).toEqual([{ now: true }])
})
