import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

/** The record of every task: what was accepted, what became of it, and what is to be done next. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Types belong to the platform and not to a tenant.
  await sql`
    create table task_types (
      type text primary key,
      title text not null,
      app text not null,
      permission text not null,
      params json not null,
      step_seconds integer not null,
      announced_at timestamptz not null default now()
    )`.execute(db)

  await sql`
    create table tasks (
      id uuid primary key,
      tenant_id uuid not null,
      type text not null,
      params json not null,
      requested_by uuid not null,
      idempotency_key text,
      correlation_id text not null,
      traceparent text,
      requested_at timestamptz not null default now(),
      state text not null default 'pending'
        check (state in ('pending', 'running', 'completed', 'failed', 'cancelled', 'retrying')),
      version integer not null default 0,
      work json,
      changed_at timestamptz not null default now(),
      -- Whether Dapr state may hold its working copy.
      has_copy boolean not null default false,

      -- What brings it on; each cause counts up, so that a turn which began before it does not put it off.
      due_at timestamptz,
      causes integer not null default 1,
      answer json,
      cancel_by timestamptz,
      cancel_asked_at timestamptz,
      retry text check (retry in ('all', 'failed')),

      -- Who works on it. The epoch grows with every lease: a turn ends only under its own.
      lease_owner text,
      lease_until timestamptz,
      epoch integer not null default 0,
      unique (tenant_id, requested_by, type, idempotency_key)
    )`.execute(db)
  await sql`create index tasks_due on tasks (due_at) where due_at is not null`.execute(db)
  await sql`create index tasks_listed on tasks (tenant_id, id desc)`.execute(db)
  await sql`create index tasks_own on tasks (requested_by, id desc)`.execute(db)
  await sql`create index tasks_at_work on tasks (id) where state in ('pending', 'running', 'retrying')`.execute(
    db,
  )
  await sql`create index tasks_over on tasks (changed_at) where due_at is null`.execute(db)
  await tenantTable(db, 'tasks')

  await sql`
    create table task_transitions (
      task_id uuid not null references tasks (id) on delete cascade,
      version integer not null,
      tenant_id uuid not null,
      transition_id uuid not null unique,
      change json not null,
      recorded_at timestamptz not null default now(),
      confirmed_at timestamptz,
      told_again_at timestamptz,
      primary key (task_id, version)
    )`.execute(db)
  await sql`
    create index task_transitions_unconfirmed on task_transitions (recorded_at) where confirmed_at is null`.execute(
    db,
  )
  await tenantTable(db, 'task_transitions')

  await sql`
    create table task_log (
      id bigint generated always as identity primary key,
      task_id uuid not null references tasks (id) on delete cascade,
      tenant_id uuid not null,
      at timestamptz not null default now(),
      line text not null
    )`.execute(db)
  await sql`create index task_log_by_task on task_log (task_id, id)`.execute(db)
  await tenantTable(db, 'task_log')

  await sql`
    create table task_failures (
      id bigint generated always as identity primary key,
      task_id uuid not null references tasks (id) on delete cascade,
      tenant_id uuid not null,
      run integer not null,
      item text not null,
      reason text not null
    )`.execute(db)
  await sql`create index task_failures_by_task on task_failures (task_id, run, id)`.execute(db)
  await tenantTable(db, 'task_failures')
}
