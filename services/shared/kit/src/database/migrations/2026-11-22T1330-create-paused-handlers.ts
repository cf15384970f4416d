import { type Kysely, sql } from 'kysely'

/** A handler that is listed takes no messages; those that wait for it have an index, since a resumed one has many. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table paused_handlers (
      handler text primary key,
      paused_at timestamptz not null default now(),
      paused_by text not null
    )
  `.execute(db)
  await sql`
    create index inbox_messages_waiting on inbox_messages (split_part(handler, '#', 1))
      where status = 'PARKED' and next_attempt_at is null
  `.execute(db)
}
