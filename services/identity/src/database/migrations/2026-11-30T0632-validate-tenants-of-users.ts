import { type Kysely, sql } from 'kysely'

/** On its own: what is there already is looked at without keeping anybody from writing. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table users validate constraint users_of_tenant`.execute(db)
}
