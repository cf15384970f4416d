import { type Kysely, sql } from 'kysely'

/** What was denied is rare in a log that is kept for ever, and looked for when something is wrong. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index on audit_entries (tenant_id, outcome, sequence)`.execute(db)
}
