import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table dead_letter_groups (
      id uuid primary key,
      tenant_id uuid not null,
      fingerprint text not null,
      app text not null,
      handler text not null,
      topic text not null,
      error_class text not null,
      message text not null,
      stack text not null,
      status text not null default 'new' check (status in ('new', 'acknowledged', 'resolved')),
      owner uuid,
      note text not null default '',
      first_seen_at timestamptz not null,
      last_seen_at timestamptz not null,
      resolved_at timestamptz,
      came_back_at timestamptz,
      version integer not null default 1,
      unique (tenant_id, fingerprint),
      check ((status = 'resolved') = (resolved_at is not null))
    )`.execute(db)
  await tenantTable(db, 'dead_letter_groups')
  await sql`create index dead_letter_groups_newest on dead_letter_groups (tenant_id, last_seen_at desc, id desc)`.execute(
    db,
  )

  // event and original_event are text: PostgreSQL's JSON refuses what JSON allows (NUL), and what failed has to be
  // kept to the letter. content is the part of it that can be searched.
  await sql`
    create table dead_letters (
      id uuid primary key,
      tenant_id uuid not null,
      group_id uuid not null references dead_letter_groups,
      kind text not null check (kind in ('failed', 'rejected', 'undelivered')),
      app text not null,
      handler text not null,
      topic text not null,
      source text,
      message_id text,
      subject text,
      correlation_id text,
      event text,
      original_event text,
      body text,
      faults json not null default '[]',
      content jsonb,
      error_class text not null,
      message text not null,
      stack text not null,
      attempts integer not null,
      history json not null default '[]',
      status text not null default 'open' check (status in ('open', 'retrying', 'resolved', 'discarded')),
      replay_id uuid,
      retries integer not null default 0,
      first_failed_at timestamptz not null,
      last_failed_at timestamptz not null,
      last_retried_at timestamptz,
      resolved_at timestamptz,
      discarded_at timestamptz,
      purge_at timestamptz,
      edited_at timestamptz,
      edited_by uuid,
      edited_for uuid,
      filed_at timestamptz not null default now(),
      check (event is not null or body is not null)
    )`.execute(db)
  await tenantTable(db, 'dead_letters')
  // One message that one handler gave up is one dead letter, however often copies of it fail again.
  await sql`
    create unique index dead_letters_one_per_message on dead_letters (source, message_id, handler, tenant_id)
      where message_id is not null`.execute(db)
  await sql`create index dead_letters_of_group on dead_letters (group_id, status, id)`.execute(db)
  await sql`create index dead_letters_newest on dead_letters (tenant_id, id)`.execute(db)
  await sql`create index dead_letters_to_purge on dead_letters (purge_at) where purge_at is not null`.execute(
    db,
  )

  // What a retry has taken on, and what became of each: a run never sends one twice.
  await sql`
    create table dead_letter_retries (
      run_id uuid not null,
      dead_letter_id uuid not null references dead_letters on delete cascade,
      tenant_id uuid not null,
      task_id uuid not null,
      position integer not null,
      step integer,
      replay_id uuid,
      outcome text not null default 'selected'
        check (outcome in ('selected', 'waiting', 'resolved', 'failed', 'skipped')),
      sent_at timestamptz,
      ended_at timestamptz,
      told boolean not null default false,
      primary key (run_id, dead_letter_id)
    )`.execute(db)
  await tenantTable(db, 'dead_letter_retries')
  await sql`create unique index dead_letter_retries_order on dead_letter_retries (run_id, position)`.execute(
    db,
  )
  await sql`create index dead_letter_retries_counts on dead_letter_retries (run_id, step, outcome)`.execute(
    db,
  )
  await sql`create index dead_letter_retries_of_letter on dead_letter_retries (dead_letter_id)`.execute(db)

  await sql`
    create table dead_letter_proposals (
      id uuid primary key,
      tenant_id uuid not null,
      action text not null check (action in ('edit', 'discard')),
      selection json not null,
      details json not null,
      summary text not null,
      status text not null check (status in ('proposed', 'approved', 'rejected')),
      proposed_by uuid not null,
      proposed_at timestamptz not null default now(),
      expires_at timestamptz not null,
      decided_by uuid,
      decided_at timestamptz,
      task_id uuid not null
    )`.execute(db)
  await tenantTable(db, 'dead_letter_proposals')
  await sql`create index dead_letter_proposals_newest on dead_letter_proposals (tenant_id, id desc)`.execute(
    db,
  )
}
