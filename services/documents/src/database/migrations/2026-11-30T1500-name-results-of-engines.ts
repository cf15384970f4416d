import { type Kysely, sql } from 'kysely'

/**
 * The file of what an engine has read goes with the item. That of a run which did not count any more is named too:
 * reviewers may still look at it, and it must not be left behind either.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table recognitions add column unused_result text`.execute(db)
}
