import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { brokenMigrations, releaseMigrations } from './migrations.ts'

const migrations = 'services/orders/src/database/migrations'
let root: string

/** A checkout with one service, whose table was released. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'alta-released-'))
  await write('services/orders/src/main.ts', '')
  await write(
    'services/orders/src/database/schema.ts',
    `export interface OrdersSchema {
  orders: OrdersTable
}
export interface OrdersTable {
  id: string
  title: string
  note: string | null
  made_at: Generated<Date>
}
`,
  )
  await migrate('2026-01-01T1000-create-orders', [
    `create table orders (id uuid primary key, title text not null, note text, made_at timestamptz not null default now(),
       forgotten text)`,
    'create table unread (id uuid)',
  ])
  execFileSync('git', ['init', '-q'], { cwd: root })
  await releaseMigrations(root)
  return () => rm(root, { recursive: true })
})

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}

/** Written without an import, which a folder of its own could not find. */
const migrate = (name: string, statements: readonly string[], more = '') =>
  write(
    `${migrations}/${name}.ts`,
    `${more}
const say = (db, sql) => db.executeQuery({ sql, parameters: [], query: { kind: 'RawNode' } })
export async function up(db) {
${statements.map((statement) => `  await say(db, ${JSON.stringify(statement)})`).join('\n')}
}
`,
  )

async function faultsOf(...statements: readonly string[]): Promise<string[]> {
  await migrate('2026-02-01T1000-change-orders', statements)
  return brokenMigrations(root)
}

it('finds nothing where nothing has changed since the release', async () => {
  expect(await brokenMigrations(root)).toEqual([])
})

describe('a migration may', () => {
  it.each([
    'create table lines (id uuid primary key, order_id uuid references orders)',
    'alter table orders add column colour text',
    "alter table orders add column colour text not null default 'red', add size integer",
    'alter table orders alter column title drop not null',
    'alter table orders add constraint short check (length(title) < 100) not valid',
    'alter table orders rename constraint orders_pkey to orders_key',
    'alter table orders enable row level security',
  ])('say %s', async (statement) => {
    expect(await faultsOf(statement)).toEqual([])
  })

  it('remove what the last release names no more', async () => {
    expect(await faultsOf('alter table orders drop column forgotten', 'drop table unread')).toEqual([])
  })

  it('do anything to a table that it brings itself', async () => {
    const made = 'create table lines (id uuid, name text)'
    expect(
      await faultsOf(made, 'create index on lines (name)', 'alter table lines drop column name'),
    ).toEqual([])
  })

  it('require what the last release always writes', async () => {
    expect(await faultsOf('alter table orders alter column title set not null')).toEqual([])
  })

  it('make an index concurrently, in a migration of its own', async () => {
    const index = 'create index concurrently orders_title on orders (title)'
    await migrate('2026-02-01T1000-index-orders', [index], 'export const transaction = false')
    expect(await brokenMigrations(root)).toEqual([])
  })
})

describe('a migration is refused that', () => {
  it.each([
    ['drops a column that is read', 'alter table orders drop column title', 'drops orders.title'],
    ['drops one among other things', 'alter table orders add x text, drop note', 'drops orders.note'],
    ['drops a table', 'drop table if exists orders cascade', 'drops orders'],
    ['renames a column', 'alter table orders rename column title to name', 'renames'],
    ['renames a table', 'alter table orders.orders rename to purchases', 'renames'],
    ['changes a type', 'alter table "orders" alter "title" type varchar(9)', 'type of orders.title'],
    ['wants a value for a new column', 'alter table orders add colour text not null', 'without it'],
    ['wants a value that may be missing', 'alter table orders alter note set not null', 'leaves out'],
    ['takes a default', 'alter table orders alter made_at drop default', 'default of orders.made_at'],
    ['makes an index under a lock', 'create index on orders (title)', 'create index concurrently'],
    [
      'makes one concurrently in a transaction',
      'create index concurrently a on orders (id)',
      'transaction = false',
    ],
    ['checks all rows under a lock', 'alter table orders add check (length(title) < 9)', 'not valid'],
    ['empties a table', 'truncate orders', 'empties orders'],
    ['hides what it does', 'do $$ begin drop table orders; end $$', 'cannot be judged'],
    ['hides behind another', 'select 1; -- nothing\n drop table orders', 'drops orders'],
  ])('%s', async (_what, statement, reason) => {
    expect(await faultsOf(statement)).toEqual([
      expect.stringMatching(new RegExp(`${migrations}/2026-02-01T1000-change-orders.ts .*${reason}`)),
    ])
  })

  it('does more than it could take back', async () => {
    const both = ['create index concurrently a on orders (id)', 'alter table orders add x text']
    await migrate('2026-02-01T1000-both', both, 'export const transaction = false')
    expect(await brokenMigrations(root)).toEqual([expect.stringContaining('half of it would stay')])
  })

  it('comes before one that is released', async () => {
    await migrate('2025-01-01T1000-too-early', ['create table early (id uuid)'])
    expect(await brokenMigrations(root)).toEqual([expect.stringContaining('name it later')])
  })
})

it('refuses a released migration that says something else, or nothing any more', async () => {
  // A module is read once in a process, so what was noted changes instead of the file.
  const noted = join(root, 'services/released-migrations.json')
  const text = await readFile(noted, 'utf8')
  await writeFile(noted, text.replace(/(create-orders": ")\w+/, '$1another'))
  expect(await brokenMigrations(root)).toEqual([expect.stringContaining('says something else')])
  await rm(join(root, `${migrations}/2026-01-01T1000-create-orders.ts`))
  expect(await brokenMigrations(root)).toEqual([expect.stringContaining('was removed')])
})

it('lets a column go in the release after the one that stopped reading it', async () => {
  const drop = 'alter table orders drop column note'
  await write(
    'services/orders/src/database/schema.ts',
    'export interface S {\n  orders: {\n    id: string\n  }\n}\n',
  )
  expect(await faultsOf(drop)).toEqual([expect.stringContaining('drops orders.note')])
  await rm(join(root, `${migrations}/2026-02-01T1000-change-orders.ts`))
  await releaseMigrations(root)
  expect(await faultsOf(drop)).toEqual([])
})

it('a checkout that has lost what was released does not pass', async () => {
  await rm(join(root, 'services/released-migrations.json'))
  expect(await brokenMigrations(root)).toEqual([expect.stringContaining('is missing')])
})
