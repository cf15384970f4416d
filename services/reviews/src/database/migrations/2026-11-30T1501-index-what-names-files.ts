import { type Kysely, sql } from 'kysely'

export const transaction = false

/** For the sweep, which asks of each file whether something names it after all. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index concurrently if not exists review_items_current on review_items (current_sha256)`.execute(db)
  await sql`
    create index concurrently if not exists verdicts_before on verdicts (before_sha256)`.execute(db)
  await sql`
    create index concurrently if not exists verdicts_after on verdicts (after_sha256)`.execute(db)
}
