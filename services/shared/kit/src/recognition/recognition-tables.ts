import { type ColumnType, type Generated, type Kysely, sql } from 'kysely'
import { tenantTable } from '../database/tenant.ts'

/** Tables of a service that reads things; see {@link createRecognitionTables}. */
export interface RecognitionSchema {
  /** One run of one engine over one version of one item. */
  jobs: {
    recognition_id: string
    tenant_id: string
    /** The document or voice sample. */
    subject_id: string
    project_id: string
    version: number
    engine: string
    status: ColumnType<'running' | 'read' | 'failed', 'running' | undefined>
    /** Times it was begun. */
    attempts: Generated<number>
    /** Why it failed, as the item shows it. */
    code: string | null
    /** Of a long-running operation at a provider, so that a restart goes on waiting instead of paying twice. */
    operation_name: string | null
    started_at: Generated<Date>
    finished_at: Date | null
  }
  /** What of a running job is finished: pages, pieces of a recording. */
  job_parts: {
    recognition_id: string
    tenant_id: string
    part: string
    result: ColumnType<unknown, string, never>
    finished_at: Generated<Date>
  }
}

/** For the first migration of such a service. */
export async function createRecognitionTables(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table jobs (
      recognition_id uuid primary key,
      tenant_id uuid not null,
      subject_id uuid not null,
      project_id uuid not null,
      version integer not null,
      engine text not null,
      status text not null default 'running' check (status in ('running', 'read', 'failed')),
      attempts integer not null default 1,
      code text,
      operation_name text,
      started_at timestamptz not null default now(),
      finished_at timestamptz
    )`.execute(db)
  await sql`create index jobs_subject on jobs (subject_id)`.execute(db)
  await tenantTable(db, 'jobs')

  await sql`
    create table job_parts (
      recognition_id uuid not null,
      tenant_id uuid not null,
      part text not null,
      result jsonb not null,
      finished_at timestamptz not null default now(),
      primary key (recognition_id, part)
    )`.execute(db)
  await tenantTable(db, 'job_parts')
}
