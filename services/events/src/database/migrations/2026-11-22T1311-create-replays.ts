import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

/** Replays, and what became of each copy: a row for each, because a counter would be one row that all wait for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table replays (
      id uuid primary key,
      tenant_id uuid not null,
      consumer text not null,
      from_time timestamptz not null,
      to_time timestamptz not null,
      topics text[] not null,
      stream text,
      effects text not null check (effects in ('muted', 'live')),
      events_per_second integer not null,
      state text not null check (state in ('sending', 'paused', 'waiting', 'completed', 'stopped')),
      reason text,
      horizon bigint,
      position bigint not null default 0,
      total bigint,
      sent bigint not null default 0,
      awaited bigint not null default 0,
      created_by uuid not null,
      created_at timestamptz not null default now(),
      sent_at timestamptz,
      ended_at timestamptz
    )
  `.execute(db)
  await sql`
    create unique index replays_one_at_a_time on replays (tenant_id, consumer)
      where state in ('sending', 'paused', 'waiting')
  `.execute(db)
  await sql`create index replays_newest on replays (tenant_id, created_at, id)`.execute(db)
  await tenantTable(db, 'replays')
  await sql`
    create table replay_answers (
      replay_id uuid not null references replays on delete cascade,
      tenant_id uuid not null,
      source text not null,
      message_id text not null,
      handler text not null,
      outcome text not null check (outcome in ('handled', 'failed')),
      answered_at timestamptz not null default now(),
      primary key (replay_id, message_id, source, handler)
    )
  `.execute(db)
  await tenantTable(db, 'replay_answers')
}
