import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { testConfig } from '../testing/config.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { type EffectsSchema, effectsMigrations } from '../testing/kit-fixture.ts'
import { migrateService } from './migrate.ts'
import { recordMigrations } from './statements.ts'

let db: TestDatabase<EffectsSchema>
let folder: string
beforeAll(async () => {
  db = await createTestDatabase<EffectsSchema>('documents', effectsMigrations)
})
afterAll(() => db.close())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alta-migrations-'))
  return () => rm(folder, { recursive: true })
})

const write = (name: string, statement: string, more = '') =>
  writeFile(
    join(folder, `2026-12-01T${name}.ts`),
    `import { sql } from '${import.meta.resolve('kysely')}'
${more}
export const up = (db) => sql\`${statement}\`.execute(db)
`,
  )

function migrate(appId: string): Promise<string[]> {
  const server = new URL(testConfig.TEST_POSTGRES_URL)
  server.pathname = `/${db.settings.POSTGRES_DB}`
  const role = db.settings.POSTGRES_USER
  return migrateService({
    connectionString: server.href,
    appId,
    folder: pathToFileURL(`${folder}/`),
    role,
  })
}

it('makes an index while people write, where a migration says that it is no transaction', async () => {
  await write('1000-create-things', 'create table things (name text)')
  await write(
    '1010-index-things',
    'create index concurrently things_name on things (name)',
    'export const transaction = false',
  )
  expect(await migrate('orders')).toContain('2026-12-01T1010-index-things')
  const { rows } = await db.admin.query(
    `select indisvalid from pg_index where indexrelid = 'orders.things_name'::regclass`,
  )
  expect(rows).toEqual([{ indisvalid: true }])
  expect(await migrate('orders')).toEqual([])
})

it('keeps what came before a migration that fails, and takes that one back whole', async () => {
  await write('1000-create-parts', 'create table parts (name text)')
  await write('1010-break', `create table halves (name text); select 1 / 0`)
  await expect(migrate('parts')).rejects.toThrow('1010-break')
  const { rows } = await db.admin.query(`select tablename from pg_tables where schemaname = 'parts'`)
  const tables = rows.map(({ tablename }) => tablename)
  expect(tables).toContain('parts')
  expect(tables).not.toContain('halves')
})

it('lets services migrate at the same time, also while one makes an index concurrently', async () => {
  await write('1000-create-notes', 'create table notes (name text)')
  await write(
    '1010-index-notes',
    'create index concurrently notes_name on notes (name)',
    'export const transaction = false',
  )
  const applied = await Promise.all(['first', 'second', 'third'].map(migrate))
  for (const names of applied) expect(names).toContain('2026-12-01T1010-index-notes')
})

it('can be read without a database, statement by statement', async () => {
  await write('1000-create-rows', `insert into rows (name) values ($\{'one'})`)
  expect(await recordMigrations(pathToFileURL(`${folder}/`))).toEqual([
    {
      name: '2026-12-01T1000-create-rows',
      inTransaction: true,
      statements: [{ sql: 'insert into rows (name) values ($1)', parameters: ['one'] }],
    },
  ])
})
