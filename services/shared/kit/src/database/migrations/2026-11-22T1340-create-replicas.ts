import { type Kysely, sql } from 'kysely'

/** One row a running process, rewritten every few seconds: room is left in the page so that no index is touched. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table replicas (
      id text primary key,
      host text not null,
      version text not null,
      started_at timestamptz not null,
      seen_at timestamptz not null,
      handlers jsonb not null
    ) with (fillfactor = 50)
  `.execute(db)
}
