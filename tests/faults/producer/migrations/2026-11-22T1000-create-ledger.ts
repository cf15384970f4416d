import { type Kysely, sql } from 'kysely'

/** What was committed: the oracle compares effects with it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table ledger (
      change_id uuid primary key,
      request_key text not null,
      key text not null,
      version integer not null,
      poison text,
      committed_at timestamptz not null default clock_timestamp()
    )`.execute(db)
}
