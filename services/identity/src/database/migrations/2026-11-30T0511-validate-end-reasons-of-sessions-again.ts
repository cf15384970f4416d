import { type Kysely, sql } from 'kysely'

/** Reads the whole table, beside those who write to it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table sessions validate constraint sessions_end_reason_check`.execute(db)
}
