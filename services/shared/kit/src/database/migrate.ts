import { readdir } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration'
import pg from 'pg'
import { revokeChanges } from './append-only.ts'

const kitMigrations = new URL('./migrations/', import.meta.url)

/**
 * Brings a service's schema up to date: creates the schema, applies the kit's migrations and then the
 * service's own, and gives the service's login role what it needs and nothing else: it may read and
 * write rows of its own schema (of an append-only table: add them), but neither change tables nor see another
 * schema. Safe to run by several processes at once (Kysely's migration lock).
 *
 * @param options.connectionString a role that owns the database; never the service's own role
 * @param options.appId name of the schema
 * @param options.folder the service's `database/migrations/`
 * @param options.role login role of the service; must exist
 * @returns names of the migrations that were applied now
 * @throws the error of the first migration that fails; those before it stay applied
 */
export async function migrateService(options: {
  connectionString: string
  appId: string
  folder: URL
  role: string
}): Promise<string[]> {
  const { appId, role } = options
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    max: 2,
    options: `-c search_path="${appId}"`,
  })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    await sql`create schema if not exists ${sql.id(appId)}`.execute(db)
    const applied = [
      ...(await migrate(db, kitMigrations, appId, 'kit_migrations')),
      ...(await migrate(db, options.folder, appId, 'migrations')),
    ]
    await sql`grant usage on schema ${sql.id(appId)} to ${sql.id(role)}`.execute(db)
    await sql`grant select, insert, update, delete on all tables in schema ${sql.id(appId)} to ${sql.id(role)}`.execute(
      db,
    )
    await revokeChanges(db, appId, role)
    await sql`grant usage on all sequences in schema ${sql.id(appId)} to ${sql.id(role)}`.execute(db)
    return applied
  } finally {
    await db.destroy()
  }
}

async function migrate(db: Kysely<unknown>, folder: URL, schema: string, table: string): Promise<string[]> {
  const migrator = new Migrator({
    db,
    provider: folderOfMigrations(folder),
    migrationTableSchema: schema,
    migrationTableName: table,
    migrationLockTableName: `${table}_lock`,
  })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error) {
    const failed = results.find((result) => result.status === 'Error')
    throw new Error(`migration ${failed?.migrationName ?? ''} of ${schema} failed: ${String(error)}`, {
      cause: error,
    })
  }
  return results.map((result) => result.migrationName)
}

function folderOfMigrations(folder: URL): MigrationProvider {
  return {
    async getMigrations() {
      const migrations: Record<string, Migration> = {}
      for (const file of (await readdir(folder).catch(noFolder)).sort()) {
        const name = /^(\d{4}-\d\d-\d\dT\d{4}-[a-z0-9-]+)\.(ts|js)$/.exec(file)?.[1]
        if (name) migrations[name] = await import(pathToFileURL(new URL(file, folder).pathname).href)
      }
      return migrations
    },
  }
}

/** A service without tables of its own still gets the kit's. */
function noFolder(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}
