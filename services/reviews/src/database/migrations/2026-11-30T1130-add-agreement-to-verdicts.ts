import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table verdicts add column agreement double precision
    check (agreement between 0 and 1)`.execute(db)
}
