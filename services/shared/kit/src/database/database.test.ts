import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { addEffect, type EffectsSchema, effectsMigrations } from '../testing/kit-fixture.ts'
import { idempotencyStore } from './idempotency.ts'
import { DEFAULT_TENANT } from './tenant.ts'

const OTHER = '00000000-0000-7000-8000-000000000001'
let db: TestDatabase<EffectsSchema>
beforeAll(async () => {
  db = await createTestDatabase<EffectsSchema>('documents', effectsMigrations)
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.admin.query('truncate effects, idempotency_keys')
})

const subjects = (tenant: string) =>
  db.database.read(tenant, async (tx) =>
    (await tx.selectFrom('effects').select('subject').execute()).map((row) => row.subject),
  )

test('a tenant sees its own rows and no others, even when the query forgets to ask', async () => {
  await db.database.transaction(DEFAULT_TENANT, ({ tx }) => addEffect(tx, DEFAULT_TENANT, 'ours'))
  await db.database.transaction(OTHER, ({ tx }) => addEffect(tx, OTHER, 'theirs'))
  expect(await subjects(DEFAULT_TENANT)).toEqual(['ours'])
  expect(await subjects(OTHER)).toEqual(['theirs'])
})

test('a tenant cannot write a row of another', async () => {
  await expect(
    db.database.transaction(DEFAULT_TENANT, ({ tx }) => addEffect(tx, OTHER, 'planted')),
  ).rejects.toThrow(/row-level security/)
})

test('a query outside of the kit’s transactions finds nothing', async () => {
  await db.database.transaction(DEFAULT_TENANT, ({ tx }) => addEffect(tx, DEFAULT_TENANT, 'ours'))
  expect((await db.database.pool.query('select * from effects')).rows).toEqual([])
})

test('system sees every tenant', async () => {
  await db.database.transaction(OTHER, ({ tx }) => addEffect(tx, OTHER, 'theirs'))
  const rows = await db.database.system(({ tx }) => tx.selectFrom('effects').selectAll().execute())
  expect(rows).toHaveLength(1)
})

test('read refuses to write', async () => {
  await expect(db.database.read(DEFAULT_TENANT, (tx) => addEffect(tx, DEFAULT_TENANT, 'x'))).rejects.toThrow(
    /read-only/,
  )
})

test('a tenant id that is none never reaches the database', async () => {
  await expect(db.database.read("x'; drop table effects; --", async () => 1)).rejects.toThrow(
    'is not a tenant id',
  )
})

test('the service’s role may not change tables', async () => {
  await expect(db.database.pool.query('drop table effects')).rejects.toThrow(/must be owner/)
})

const scope = { tenantId: DEFAULT_TENANT, userId: 'u', route: 'POST /x', key: 'k', fingerprint: 'f' }
const create = (subject: string) => async () => {
  await db.database.transaction(DEFAULT_TENANT, ({ tx }) => addEffect(tx, DEFAULT_TENANT, subject))
  return { status: 201, headers: {}, body: { subject } }
}

test('the same key and content gets the first answer and no second effect', async () => {
  const store = idempotencyStore(db.database)
  expect(await store.run(scope, create('a'))).toEqual({
    answer: { status: 201, headers: {}, body: { subject: 'a' } },
    replayed: false,
  })
  expect(await store.run(scope, create('b'))).toEqual({
    answer: { status: 201, headers: {}, body: { subject: 'a' } },
    replayed: true,
  })
  expect(await subjects(DEFAULT_TENANT)).toEqual(['a'])
})

test('the same key with other content is refused', async () => {
  const store = idempotencyStore(db.database)
  await store.run(scope, create('a'))
  await expect(store.run({ ...scope, fingerprint: 'g' }, create('b'))).rejects.toMatchObject({ status: 422 })
})

test('of 20 requests at once under one key one has the effect, the others its answer or "in progress"', async () => {
  const store = idempotencyStore(db.database)
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => store.run(scope, create('a'))))
  expect(await subjects(DEFAULT_TENANT)).toEqual(['a'])
  expect(results.filter((one) => one.status === 'fulfilled' && !one.value.replayed)).toHaveLength(1)
  for (const one of results)
    if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'request_in_progress' })
})

test('a failed request forgets its key and leaves nothing', async () => {
  const store = idempotencyStore(db.database)
  await expect(
    store.run(scope, async () => {
      await create('a')()
      throw new Error('crash')
    }),
  ).rejects.toThrow('crash')
  expect(await subjects(DEFAULT_TENANT)).toEqual([])
  await store.run(scope, create('a'))
  expect(await subjects(DEFAULT_TENANT)).toEqual(['a'])
})

test('a read after a write inside the request sees the write', async () => {
  const store = idempotencyStore(db.database)
  const { answer } = await store.run(scope, async () => {
    await create('a')()
    return { status: 201, headers: {}, body: await subjects(DEFAULT_TENANT) }
  })
  expect(answer).toMatchObject({ body: ['a'] })
})

test('a connection that the server ends in the middle of a transaction fails that transaction and nothing else', async () => {
  const loss = db.database.transaction(DEFAULT_TENANT, async ({ tx }) => {
    await addEffect(tx, DEFAULT_TENANT, 'lost')
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
    await db.admin.query('select pg_terminate_backend($1)', [rows[0]?.pid])
    // Between two statements nobody waits for the connection: its end is an event that ends the process if unheard.
    await delay(200)
    await addEffect(tx, DEFAULT_TENANT, 'after')
  })
  await expect(loss).rejects.toThrow()
  expect(await subjects(DEFAULT_TENANT)).toEqual([])
})

test('a failed statement that the work keeps to itself is no success', async () => {
  const swallowed = db.database.transaction(DEFAULT_TENANT, async ({ tx }) => {
    await addEffect(tx, DEFAULT_TENANT, 'never')
    await sql`select 1 / 0`.execute(tx).catch(() => undefined)
  })
  await expect(swallowed).rejects.toThrow('rolled back')
  expect(await subjects(DEFAULT_TENANT)).toEqual([])
})

test('no connection is held while a request under a key has not written yet', async () => {
  const store = idempotencyStore(db.database)
  let slow: () => void = () => undefined
  const slowness = new Promise<void>((resolve) => {
    slow = resolve
  })
  let begun = 0
  // More than the pool has: each of them would hold a connection through its slow part.
  const waiting = Array.from({ length: 12 }, (_, index) =>
    store.run({ ...scope, key: `k${index}` }, async () => {
      begun++
      await slowness
      return create(`slow ${index}`)()
    }),
  )
  // Each has looked its key up and given that connection back by then.
  await expect.poll(() => begun).toBe(12)
  const others = db.database.pool.totalCount - db.database.pool.idleCount
  slow()
  await Promise.all(waiting)
  expect(others).toBe(0)
  expect(await subjects(DEFAULT_TENANT)).toHaveLength(12)
})

test('what a request leaves running behind it does not join the transaction that has ended', async () => {
  const store = idempotencyStore(db.database)
  let leftover: Promise<unknown> = Promise.resolve()
  await store.run(scope, async () => {
    leftover = delay(100).then(() =>
      db.database.transaction(OTHER, ({ tx }) => addEffect(tx, OTHER, 'later')),
    )
    return create('now')()
  })
  await leftover
  expect(await subjects(DEFAULT_TENANT)).toEqual(['now'])
  expect(await subjects(OTHER)).toEqual(['later'])
})
