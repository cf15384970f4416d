import { type Kysely, sql } from 'kysely'

/** Until when somebody is making an item of a whole upload: joining its parts is too much work to be done twice. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table uploads add column finishing_until timestamptz`.execute(db)
}
