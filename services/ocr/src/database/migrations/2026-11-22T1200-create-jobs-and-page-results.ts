import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

/** Page results are kept while a document is being read, so that a restart reads only the pages that are missing. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table jobs (
      recognition_id uuid primary key,
      tenant_id uuid not null,
      document_id uuid not null,
      project_id uuid not null,
      version integer not null,
      engine text not null,
      status text not null default 'running' check (status in ('running', 'read', 'failed')),
      attempts integer not null default 1,
      code text,
      page_count integer,
      operation_name text,
      started_at timestamptz not null default now(),
      finished_at timestamptz
    )`.execute(db)
  await sql`create index jobs_document on jobs (document_id)`.execute(db)
  await tenantTable(db, 'jobs')

  await sql`
    create table page_results (
      recognition_id uuid not null,
      tenant_id uuid not null,
      page_number integer not null,
      page jsonb not null,
      read_at timestamptz not null default now(),
      primary key (recognition_id, page_number)
    )`.execute(db)
  await tenantTable(db, 'page_results')
}
