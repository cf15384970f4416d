import { setTimeout as delay } from 'node:timers/promises'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import pg from 'pg'
import { revokeChanges } from './append-only.ts'
import { readMigrations } from './statements.ts'

const kitMigrations = new URL('./migrations/', import.meta.url)

/**
 * Brings a service's schema up to date: creates the schema, applies the kit's migrations and then the
 * service's own, and gives the service's login role what it needs and nothing else: it may read and
 * write rows of its own schema (of an append-only table: add them), but neither change tables nor see another
 * schema. Safe to run by several processes at once: each waits for its turn. A migration is one transaction, unless it
 * exports `transaction = false`.
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
    // One keeps the turn.
    max: 2,
    options: `-c search_path="${appId}"`,
  })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    return await inTurn(pool, async () => {
      await sql`create schema if not exists ${sql.id(appId)}`.execute(db)
      const applied = [
        ...(await migrate(db, kitMigrations, appId, 'kit_migrations')),
        ...(await migrate(db, options.folder, appId, 'migrations')),
      ]
      await grant(db, appId, role)
      return applied
    })
  } finally {
    await db.destroy()
  }
}

async function grant(db: Kysely<unknown>, appId: string, role: string): Promise<void> {
  const [schema, service] = [sql.id(appId), sql.id(role)]
  await sql`grant usage on schema ${schema} to ${service}`.execute(db)
  await sql`grant select, insert, update, delete on all tables in schema ${schema} to ${service}`.execute(db)
  await revokeChanges(db, appId, role)
  await sql`grant usage on all sequences in schema ${schema} to ${service}`.execute(db)
}

async function migrate(db: Kysely<unknown>, folder: URL, schema: string, table: string): Promise<string[]> {
  const migrations = await readMigrations(folder)
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => Object.fromEntries(migrations) },
    migrationTableSchema: schema,
    migrationTableName: table,
    migrationLockTableName: `${table}_lock`,
  })
  const applied: string[] = []
  for (const { name, executedAt } of await migrator.getMigrations()) {
    if (executedAt) continue
    const disableTransactions = migrations.get(name)?.transaction === false
    const { error } = await migrator.migrateTo(name, { disableTransactions })
    if (error) {
      throw new Error(`migration ${name} of ${schema} failed: ${String(error)}`, { cause: error })
    }
    applied.push(name)
  }
  return applied
}

/**
 * One migrator at a time in a database, whichever service it is of. Who waits asks again and again, because a statement
 * that waits for the lock, as Kysely's does, is one that `create index concurrently` of the other waits for in turn.
 */
async function inTurn<Result>(pool: pg.Pool, work: () => Promise<Result>): Promise<Result> {
  const client = await pool.connect()
  try {
    while (!(await client.query<{ ours: boolean }>(takeTurn, [TURN])).rows[0]?.ours) await delay(100)
    return await work()
  } finally {
    // Its session ends with it, and so does the lock.
    client.release(true)
  }
}

const takeTurn = 'select pg_try_advisory_lock(hashtext($1)) as ours'
const TURN = 'alta: migrations'
