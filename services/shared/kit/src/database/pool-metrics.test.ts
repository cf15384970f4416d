import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { type EffectsSchema, effectsMigrations } from '../testing/kit-fixture.ts'
import { metricValue } from '../testing/metrics.ts'
import { showPool } from './pool-metrics.ts'

let db: TestDatabase<EffectsSchema>
beforeAll(async () => {
  db = await createTestDatabase('pool-metrics', effectsMigrations)
  showPool(db.database.pool)
})
afterAll(() => db.close())

const connections = (state: string) => metricValue(`alta_database_connections{state="${state}"}`)

test('a connection that is out is busy, and whoever finds none waits', async () => {
  const { pool } = db.database
  const { max } = pool.options
  expect(await metricValue('alta_database_connections_limit')).toBe(max)
  const out = await Promise.all(Array.from({ length: max }, () => pool.connect()))
  const late = pool.connect()
  expect(await connections('busy')).toBe(max)
  expect(await metricValue('alta_database_waiting_requests')).toBe(1)
  for (const client of out) client.release()
  ;(await late).release()
  expect([await connections('busy'), await connections('idle')]).toEqual([0, max])
})
