import { type Kysely, sql } from 'kysely'

/**
 * Corrected readings that no verdict names: not yet, or not any more. Named ones have no row, so that a sweep is quick.
 * No tenant_id: the same bytes are stored once for all tenants, and a row says nothing about who has them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table files (sha256 text primary key, used_at timestamptz not null default now())`.execute(
    db,
  )
  await sql`create index files_used_at on files (used_at)`.execute(db)
}
