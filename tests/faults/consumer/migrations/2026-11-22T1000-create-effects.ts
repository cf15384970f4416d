import { type Kysely, sql } from 'kysely'

/** A counter and not only a key, so that doing it twice shows. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table effects (
      change_id uuid primary key,
      times integer not null default 1,
      made_at timestamptz not null default clock_timestamp()
    )`.execute(db)
  await sql`create table latest (key text primary key, version integer not null)`.execute(db)
  await sql`create table notices (notice_id uuid primary key, times integer not null default 1)`.execute(db)
}
