import { existsSync } from 'node:fs'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { gapsInTenantWall, sharedTables } from '@alta/kit/testing/tenant-wall'
import { afterEach, expect, it } from 'vitest'
import { discoverServices } from '../services/discover.ts'

// The second wall: what a query finds that has forgotten its tenant, or was given another one.

const root = new URL('../../..', import.meta.url)
const folderOf = (app: string) => new URL(`services/${app}/src/database/migrations/`, root)
const apps = (await discoverServices(root.pathname)).filter((app) => existsSync(folderOf(app)))

let opened: TestDatabase<unknown> | undefined
afterEach(async () => {
  await opened?.close()
  opened = undefined
})
const open = async (app: string) => {
  opened = await createTestDatabase(app, folderOf(app))
  return opened
}

it.each(apps)('every table of %s is behind the wall, or said to be of no tenant', async (app) => {
  const { admin, settings } = await open(app)
  expect(await gapsInTenantWall(admin, app, settings.POSTGRES_USER)).toEqual([])
})

it('a new table, and one whose wall has a hole, are named', async () => {
  const { admin, settings } = await open('reviews')
  const role = settings.POSTGRES_USER
  await admin.query('create table comments (id uuid, tenant_id uuid not null)')
  await admin.query('create table hints (id uuid)')
  await admin.query('alter table members no force row level security')
  await admin.query('create policy more on projects using (true)')
  await admin.query('create view everything as select * from verdicts')
  await admin.query(`grant select on everything to ${role}`)
  expect(await gapsInTenantWall(admin, 'reviews', role)).toEqual([
    expect.stringContaining('reviews.comments does not force'),
    expect.stringContaining('reviews.comments has 0 policies'),
    expect.stringContaining('reviews.hints has no tenant_id'),
    expect.stringContaining('reviews.members does not force'),
    expect.stringContaining('reviews.projects has 2 policies'),
    expect.stringContaining('reviews.everything is a view'),
  ])
})

it.each(apps)(
  'a row of %s is there for its tenant, and neither for another one nor without one',
  async (app) => {
    const { admin, database } = await open(app)
    const ours = randomUUIDv7()
    const tables = await fillTables(admin, app, ours)
    expect(tables.length).toBeGreaterThan(2)
    const views = await viewsOf(admin, app)
    const service = await database.pool.connect()
    try {
      const rowsSeenBy = (table: string) => async (setting: string) => {
        const counted = `select count(*)::int as rows from ${table}`
        // Some refuse whoever names no tenant.
        if (setting === '')
          return service.query(counted).then(
            ({ rows }) => rows[0].rows,
            () => 0,
          )
        await service.query(`begin; set local alta.tenant_id = '${setting}'`)
        const { rows } = await service.query(counted)
        await service.query('rollback')
        return rows[0].rows
      }
      for (const table of tables) {
        const seenBy = rowsSeenBy(table)
        expect([await seenBy(ours), await seenBy(randomUUIDv7()), await seenBy('')], table).toEqual([1, 0, 0])
        await service.query(`begin; set local alta.tenant_id = '${randomUUIDv7()}'`)
        const moved = service.query(`update ${table} set tenant_id = tenant_id`)
        // Append-only tables refuse the statement; all others find nothing to change.
        expect(await moved.then(({ rowCount }) => rowCount).catch(() => 0), table).toBe(0)
        await service.query('rollback')
      }
      // Some show what is deleted and some the rest: each shows the row before or after.
      const shown = new Map<string, number>()
      for (const deletedAt of ['null', 'now()']) {
        await sayDeleted(admin, app, deletedAt)
        for (const view of views) {
          const seenBy = rowsSeenBy(view)
          expect([await seenBy(randomUUIDv7()), await seenBy('')], view).toEqual([0, 0])
          shown.set(view, (shown.get(view) ?? 0) + (await seenBy(ours)))
        }
      }
      for (const [view, rows] of shown) expect(rows, view).toBeGreaterThan(0)
    } finally {
      service.release()
    }
  },
)

/** Puts one row of a tenant into each table that has tenants, whatever else its columns ask for. */
async function fillTables(admin: TestDatabase<unknown>['admin'], app: string, tenant: string) {
  const client = await admin.connect()
  try {
    // Neither foreign keys nor triggers are asked; checks are taken off. The database is thrown away afterwards.
    await client.query('set session_replication_role = replica')
    const { rows: columns } = await client.query<{
      table: string
      column: string
      type: string
      generated: boolean
      needed: boolean
    }>(
      `select c.relname as table, a.attname as column, format_type(a.atttypid, null) as type,
              a.attgenerated <> '' as generated,
              a.attname = 'tenant_id' or (a.attnotnull and a.attidentity = '' and (a.attgenerated <> '' or not a.atthasdef)) as needed
       from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = $1 and c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0 and not a.attisdropped
         and exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id')`,
      [app],
    )
    const tables = [...new Set(columns.map(({ table }) => table))].filter((table) => !sharedTables[table])
    for (const table of tables) {
      const { rows: checks } = await client.query<{ conname: string }>(
        `select conname from pg_constraint where conrelid = '${table}'::regclass and contype = 'c'`,
      )
      for (const { conname } of checks)
        await client.query(`alter table ${table} drop constraint "${conname}"`)
      const own = columns.filter((one) => one.table === table)
      for (const { column, generated } of own) {
        if (generated) await client.query(`alter table ${table} alter "${column}" drop expression`)
      }
      const given = own.filter(({ needed }) => needed)
      const values = given.map(({ column, type }) => (column === 'tenant_id' ? `'${tenant}'` : sample(type)))
      const names = given.map(({ column }) => `"${column}"`)
      await client.query(`insert into ${table} (${names}) values (${values})`)
    }
    return tables
  } finally {
    await client.query('reset session_replication_role')
    client.release()
  }
}

/** Tables whose rows can be put in the trash of a project that is there. */
const withTrash: Readonly<Record<string, readonly string[]>> = { documents: ['documents', 'voice_samples'] }

async function sayDeleted(admin: TestDatabase<unknown>['admin'], app: string, deletedAt: string) {
  const client = await admin.connect()
  try {
    await client.query('set session_replication_role = replica')
    for (const table of withTrash[app] ?? [])
      await client.query(
        `update ${table} set deleted_at = ${deletedAt}, project_id = (select id from projects limit 1)`,
      )
  } finally {
    await client.query('reset session_replication_role')
    client.release()
  }
}

async function viewsOf(admin: TestDatabase<unknown>['admin'], app: string): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `select table_name as name from information_schema.columns natural join information_schema.views
     where table_schema = $1 and column_name = 'tenant_id'`,
    [app],
  )
  return rows.map(({ name }) => name)
}

const samples: readonly [RegExp, string][] = [
  [/\[\]$/, `'{}'`],
  [/^uuid$/, 'gen_random_uuid()'],
  [/^timestamp/, 'now()'],
  [/^date$/, 'current_date'],
  [/^jsonb?$/, `'{}'`],
  [/^boolean$/, 'true'],
  [/^(text|bytea|tsvector)$/, `'x'`],
]
const sample = (type: string): string => samples.find(([kind]) => kind.test(type))?.[1] ?? '1'
