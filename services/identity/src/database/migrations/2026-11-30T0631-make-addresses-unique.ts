import { type Kysely, sql } from 'kysely'

export const transaction = false

/** Over all tenants. The release before this one names `users_email_unique`, which therefore stays beside it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`drop index concurrently if exists users_email_of_one`.execute(db)
  await sql`create unique index concurrently users_email_of_one on users (email)`.execute(db)
}
