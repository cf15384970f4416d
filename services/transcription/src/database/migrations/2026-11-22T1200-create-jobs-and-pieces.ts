import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table jobs (
      recognition_id uuid primary key,
      tenant_id uuid not null,
      voice_sample_id uuid not null,
      project_id uuid not null,
      version integer not null,
      engine text not null,
      status text not null default 'running' check (status in ('running', 'read', 'failed')),
      code text,
      attempts integer not null default 1,
      duration_seconds double precision,
      operation_name text,
      started_at timestamptz not null default now(),
      finished_at timestamptz
    )
  `.execute(db)
  await tenantTable(db, 'jobs')

  await sql`
    create table pieces (
      recognition_id uuid not null,
      tenant_id uuid not null,
      start_milliseconds integer not null,
      end_milliseconds integer not null,
      words jsonb not null,
      created_at timestamptz not null default now(),
      primary key (recognition_id, start_milliseconds, end_milliseconds)
    )
  `.execute(db)
  await tenantTable(db, 'pieces')
}
