import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

/**
 * What events say, a row for each thing that can be counted. Each tenant has one generation of the facts in use and,
 * during a rebuild, one that is built beside it. Text is compared byte by byte, as the service does when it puts
 * together what belongs to one row.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table read_model_generations (
      tenant_id uuid not null,
      generation integer not null,
      state text not null check (state in ('active', 'building', 'retired')),
      -- Whether the events service was asked for what it has stored, and the replay that sends it; null if nothing is.
      asked boolean not null default false,
      replay_id uuid,
      started_by uuid,
      started_at timestamptz not null default now(),
      primary key (tenant_id, generation)
    )`.execute(db)
  await sql`
    create unique index read_model_generations_one_of_each on read_model_generations (tenant_id, state)
      where state <> 'retired'`.execute(db)
  await tenantTable(db, 'read_model_generations')

  await sql`
    create table uploads (
      generation integer not null,
      tenant_id uuid not null,
      subject_id uuid not null,
      version integer not null,
      kind text collate "C",
      project_id uuid,
      person uuid,
      title text collate "C",
      bytes bigint,
      at timestamptz,
      primary key (tenant_id, generation, subject_id, version)
    )`.execute(db)
  await sql`
    create table readings (
      generation integer not null,
      tenant_id uuid not null,
      recognition_id uuid not null,
      kind text collate "C",
      project_id uuid,
      subject_id uuid,
      version integer,
      asked_at timestamptz,
      started_at timestamptz,
      read_at timestamptz,
      opened_at timestamptz,
      claimed_at timestamptz,
      engine text collate "C",
      confidence double precision,
      pages integer,
      seconds double precision,
      primary key (tenant_id, generation, recognition_id)
    )`.execute(db)
  await sql`
    create table verdicts (
      generation integer not null,
      tenant_id uuid not null,
      recognition_id uuid not null,
      -- Of the review's events.
      sequence integer not null,
      kind text collate "C",
      project_id uuid,
      subject_id uuid,
      verdict text collate "C",
      -- Null when nobody had to look.
      person uuid,
      at timestamptz,
      corrections integer,
      words integer,
      agreed boolean,
      undone_at timestamptz,
      undone_by uuid,
      primary key (tenant_id, generation, recognition_id, sequence)
    )`.execute(db)
  await sql`
    create table failures (
      generation integer not null,
      tenant_id uuid not null,
      source text collate "C" not null,
      event_id text collate "C" not null,
      at timestamptz,
      stage text collate "C",
      cause text collate "C",
      app text collate "C",
      project_id uuid,
      subject_id uuid,
      version integer,
      primary key (tenant_id, generation, source, event_id)
    )`.execute(db)
  await sql`
    create table deletions (
      generation integer not null,
      tenant_id uuid not null,
      subject_id uuid not null,
      at timestamptz,
      primary key (tenant_id, generation, subject_id)
    )`.execute(db)
  for (const table of ['uploads', 'readings', 'verdicts', 'failures', 'deletions'])
    await tenantTable(db, table)

  await sql`create index uploads_at on uploads (tenant_id, generation, at)`.execute(db)
  await sql`create index readings_read on readings (tenant_id, generation, read_at)`.execute(db)
  await sql`create index readings_opened on readings (tenant_id, generation, opened_at)`.execute(db)
  await sql`create index readings_claimed on readings (tenant_id, generation, claimed_at)`.execute(db)
  await sql`create index verdicts_at on verdicts (tenant_id, generation, at)`.execute(db)
  await sql`create index failures_at on failures (tenant_id, generation, at)`.execute(db)
}
