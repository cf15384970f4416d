import { type Kysely, sql } from 'kysely'

/**
 * The outbox keeps completed rows for a while so that operators can look back; they leave in batches
 * by `completed_at`, and never pass through the partial index that claims use.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table outbox_events (
      id uuid primary key,
      tenant_id uuid not null,
      topic text not null,
      event text not null,
      status text not null check (status in ('PENDING', 'PROCESSING', 'COMPLETED', 'FAILED')),
      attempts integer not null default 0,
      next_attempt_at timestamptz,
      lease_owner text,
      lease_until timestamptz,
      last_error text,
      created_at timestamptz not null default now(),
      completed_at timestamptz
    )
  `.execute(db)
  await sql`create index outbox_events_open on outbox_events (id) where status <> 'COMPLETED'`.execute(db)
  await sql`create index outbox_events_completed on outbox_events (completed_at) where status = 'COMPLETED'`.execute(
    db,
  )

  await sql`
    create table inbox_messages (
      source text not null,
      message_id text not null,
      handler text not null,
      tenant_id uuid not null,
      topic text not null,
      status text not null check (status in ('PROCESSING', 'COMPLETED', 'PARKED', 'FAILED')),
      event json,
      attempts integer not null default 0,
      next_attempt_at timestamptz,
      lease_owner text,
      lease_until timestamptz,
      progress real,
      error_class text,
      error_message text,
      error_stack text,
      history json not null default '[]',
      received_at timestamptz not null default now(),
      completed_at timestamptz,
      primary key (message_id, source, handler)
    )
  `.execute(db)
  await sql`
    create index inbox_messages_open on inbox_messages (coalesce(next_attempt_at, lease_until))
      where status in ('PROCESSING', 'PARKED')
  `.execute(db)
  await sql`create index inbox_messages_failed on inbox_messages (received_at) where status = 'FAILED'`.execute(
    db,
  )
  await sql`create index inbox_messages_completed on inbox_messages (completed_at) where status = 'COMPLETED'`.execute(
    db,
  )

  await sql`
    create table idempotency_keys (
      tenant_id uuid not null,
      user_id text not null,
      route text not null,
      key text not null,
      fingerprint text not null,
      answer json,
      created_at timestamptz not null default now(),
      primary key (tenant_id, user_id, route, key)
    )
  `.execute(db)
  await sql`create index idempotency_keys_age on idempotency_keys (created_at)`.execute(db)
}
