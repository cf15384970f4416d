import { readdir } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import type { Migration } from 'kysely/migration'

/** A migration of ours: it goes forward only. */
export interface OurMigration extends Migration {
  /** False for `create index concurrently` and its like, which PostgreSQL refuses within a transaction. */
  readonly transaction?: boolean
}

export interface RecordedMigration {
  readonly name: string
  readonly inTransaction: boolean
  /** SQL in the order in which it would run, with what stands for its placeholders. */
  readonly statements: readonly { readonly sql: string; readonly parameters: readonly unknown[] }[]
}

/** Migrations of a folder by their names, in the order in which they run. */
export async function readMigrations(folder: URL): Promise<Map<string, OurMigration>> {
  const migrations = new Map<string, OurMigration>()
  for (const file of (await readdir(folder).catch(noFolder)).sort()) {
    const name = /^(\d{4}-\d\d-\d\dT\d{4}-[a-z0-9-]+)\.(ts|js)$/.exec(file)?.[1]
    if (name) migrations.set(name, await import(pathToFileURL(new URL(file, folder).pathname).href))
  }
  return migrations
}

/** What the migrations of a folder would say to an empty database; none is asked. */
export async function recordMigrations(folder: URL): Promise<RecordedMigration[]> {
  const recorded: RecordedMigration[] = []
  for (const [name, migration] of await readMigrations(folder)) {
    const said: CompiledQuery[] = []
    await migration.up(new Kysely<unknown>({ dialect: recorder(said) }))
    const statements = said.map(({ sql, parameters }) => ({ sql, parameters }))
    recorded.push({ name, inTransaction: migration.transaction !== false, statements })
  }
  return recorded
}

function recorder(said: CompiledQuery[]): Dialect {
  const connection: DatabaseConnection = {
    async executeQuery(query) {
      said.push(query)
      return { rows: [] }
    },
    async *streamQuery() {},
  }
  const driver: Driver = Object.assign(new DummyDriver(), { acquireConnection: async () => connection })
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => driver,
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

/** A service without tables of its own still gets the kit's. */
function noFolder(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}
