import { type Kysely, sql } from 'kysely'

/** What is deleted may be restored now, and the news of either may come late: the revision tells which is newer. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table subjects add column sequence integer not null default 0`.execute(db)
}
