import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { anyone } from '../auth/policy.ts'
import { postgresCheck } from '../health/checks.ts'
import { healthOf } from '../health/health.ts'
import { startApp } from '../http/app-under-test.ts'
import { route } from '../http/route.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { addEffect, type EffectsSchema, effectsMigrations } from '../testing/kit-fixture.ts'
import { DEFAULT_TENANT } from './tenant.ts'

let db: TestDatabase<EffectsSchema>
beforeAll(async () => {
  db = await createTestDatabase<EffectsSchema>('documents', effectsMigrations)
  // What PostgreSQL answers when a table's file cannot grow.
  await db.admin.query(`
    create function no_room() returns trigger language plpgsql as $$ begin
      raise exception 'could not extend file "base/16384/16385": No space left on device' using errcode = '53100';
    end $$`)
})
afterAll(async () => {
  vi.useRealTimers()
  await db.close()
})
beforeEach(async () => {
  await makeRoom()
  // Long after what the test before has left in memory.
  secondsLater(60)
  await db.database.writes.reason()
})

const tables = ['effects', 'idempotency_keys']
async function fill() {
  for (const table of tables) {
    await db.admin.query(
      `create trigger no_room before insert on ${table} for each row execute function no_room()`,
    )
  }
}
async function makeRoom() {
  for (const table of tables) await db.admin.query(`drop trigger if exists no_room on ${table}`)
}

const write = route({
  method: 'post',
  path: '/effects',
  summary: 'Write',
  tag: 'tests',
  policy: anyone,
  answers: { 204: { description: 'Written' } },
  handle: async () => {
    await db.database.transaction(DEFAULT_TENANT, ({ tx }) => addEffect(tx, DEFAULT_TENANT, 'a'))
    return { status: 204 }
  },
})

test('a full database disk is 503 with a time to come back, and not a mistake of ours', async () => {
  await using app = await startApp({ routes: [write] })
  await fill()
  const answer = await app.call('/effects', { method: 'POST' })
  expect(answer.status).toBe(503)
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await answer.json()).toMatchObject({ code: 'unavailable' })
})

test('health names a full database disk from the first write that fails until writes work again', async () => {
  expect((await look()).degraded).toEqual([])
  await fill()
  await expect(writeOnce()).rejects.toThrow('No space left')
  const full = await look()
  expect(full.components).toMatchObject([{ name: 'postgres', status: 'degraded' }])
  expect(full.degraded).toEqual([expect.stringMatching(/^postgres: .*No space left on device \(53100\)$/)])

  // Nobody writes any more: it is found out by asking.
  secondsLater(60)
  expect((await look()).degraded).toHaveLength(1)
  await makeRoom()
  secondsLater(60)
  expect((await look()).degraded).toEqual([])
  expect((await db.admin.query('select from idempotency_keys')).rowCount).toBe(0)
})

test('a full disk keeps nobody out: what only reads is answered', async () => {
  await fill()
  await expect(writeOnce()).rejects.toThrow('No space left')
  const health = healthOf('documents', [postgresCheck(db.database)])
  health.hold(undefined)
  await using app = await startApp({ open: health.router })
  const ready = await app.call('/health/ready')
  expect(ready.status).toBe(200)
  expect(await ready.json()).toMatchObject({ status: 'degraded', causes: [] })
})

test('a disk without room even for a new connection is told as a full disk, and not as a database that is away', async () => {
  const query = vi.spyOn(db.database.pool, 'query')
  query.mockRejectedValueOnce(
    Object.assign(new Error('could not write init file'), { code: 'XX000' }) as never,
  )
  expect((await look()).components).toMatchObject([{ name: 'postgres', status: 'degraded' }])
  query.mockRejectedValueOnce(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) as never)
  expect((await look()).components).toMatchObject([{ name: 'postgres', status: 'down' }])
  query.mockRestore()
})

test('a statement that is merely wrong is no full disk', async () => {
  await expect(
    db.database.transaction(DEFAULT_TENANT, ({ tx }) => sql`select 1 / 0`.execute(tx)),
  ).rejects.toThrow('division by zero')
  expect((await look()).degraded).toEqual([])
})

const look = () => healthOf('documents', [postgresCheck(db.database)]).report()
const writeOnce = () =>
  db.database.transaction(DEFAULT_TENANT, ({ tx }) => addEffect(tx, DEFAULT_TENANT, 'b'))

function secondsLater(seconds: number) {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1_000 })
}
