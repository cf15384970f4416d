import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table schedules (
      id uuid primary key,
      tenant_id uuid not null,
      name text not null,
      cron text not null,
      timezone text not null,
      missed text not null check (missed in ('latest', 'all')),
      task_type text not null,
      params json not null,
      paused boolean not null default false,
      next_run_at timestamptz,
      last_run_at timestamptz,
      last_task_id uuid,
      version integer not null default 1,
      created_by uuid not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (tenant_id, name)
    )
  `.execute(db)
  await sql`create index schedules_due on schedules (next_run_at) where not paused`.execute(db)
  await tenantTable(db, 'schedules')

  // The key is what makes a tick fire once, whoever fires it.
  await sql`
    create table schedule_runs (
      schedule_id uuid not null references schedules (id) on delete cascade,
      tick_at timestamptz not null,
      tenant_id uuid not null,
      task_id uuid not null,
      by_user uuid,
      fired_at timestamptz not null default now(),
      primary key (schedule_id, tick_at)
    )
  `.execute(db)
  await sql`create index schedule_runs_age on schedule_runs (fired_at)`.execute(db)
  await tenantTable(db, 'schedule_runs')
}
