import { type Kysely, sql } from 'kysely'

export const transaction = false

/** Whatever became of them: a purge takes all. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index concurrently if not exists review_items_subject on review_items (subject_id)`.execute(db)
}
