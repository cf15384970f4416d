import { type Kysely, sql } from 'kysely'

export const transaction = false

/** What a person holds is counted with each claim, and freed when they leave a project. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index concurrently if not exists review_items_claims_of on review_items (claimed_by)
    where status = 'claimed'`.execute(db)
}
