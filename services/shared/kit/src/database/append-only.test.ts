import { Kysely, PostgresDialect, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { type EffectsSchema, effectsMigrations } from '../testing/kit-fixture.ts'
import { appendOnlyTable, revokeChanges } from './append-only.ts'
import { DEFAULT_TENANT } from './tenant.ts'

let testDatabase: TestDatabase<EffectsSchema>
beforeAll(async () => {
  testDatabase = await createTestDatabase<EffectsSchema>('kit', effectsMigrations)
})
afterAll(() => testDatabase.close())

const attempts = [
  "update records set what = 'else'",
  'delete from records',
  'truncate records',
  'alter table records disable trigger append_only',
]

test('rows of an append-only table are added by the service and changed by nobody', async () => {
  const { database, admin, settings } = testDatabase
  const owner = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: admin }) })
  await admin.query('create table records (what text not null)')
  await appendOnlyTable(owner, 'records')
  await admin.query(`grant all on records to ${settings.POSTGRES_USER}`)
  await revokeChanges(owner, 'kit', settings.POSTGRES_USER)

  const asService = (statement: string) =>
    database.transaction(DEFAULT_TENANT, ({ tx }) => sql.raw(statement).execute(tx))
  await asService("insert into records values ('this')")
  for (const attempt of attempts)
    await expect(asService(attempt)).rejects.toThrow(/permission denied|must be owner/)
  for (const attempt of attempts.slice(0, 3)) {
    await expect(admin.query(attempt)).rejects.toThrow('rows of records are never changed')
  }
  expect((await admin.query('select what from records')).rows).toEqual([{ what: 'this' }])
})
