import { type Kysely, sql } from 'kysely'

/** Of a second approval: in how far the two came to the same words, each from the engine's own text. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table verdicts add column agreement double precision`.execute(db)
}
