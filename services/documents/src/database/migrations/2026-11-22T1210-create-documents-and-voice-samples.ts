import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

/**
 * Documents and voice samples are twins: equal columns, and one set of tables for what hangs on them.
 * `item_id` in those is the id of either; both are UUIDv7, so they never meet.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await itemTable(db, 'documents')
  await itemTable(db, 'voice_samples')
  await versions(db)
  await recognitions(db)
  await readings(db)
  await history(db)
  await files(db)
}

async function itemTable(db: Kysely<unknown>, name: 'documents' | 'voice_samples'): Promise<void> {
  const table = sql.table(name)
  const index = (suffix: string) => sql.ref(`${name}_${suffix}`)
  // Only the first 240,000 characters can be searched: a tsvector holds at most 1 MB, and an insert with
  // a larger one fails. Four bytes for each character is the worst case.
  await sql`
    create table ${table} (
      id uuid primary key,
      tenant_id uuid not null,
      project_id uuid not null references projects (id),
      title text not null,
      language text not null,
      tags text[] not null default '{}',
      status text not null
        check (status in ('uploaded', 'processing', 'in_review', 'approved', 'rejected', 'failed')),
      version integer not null default 1,
      recognition_id uuid not null,
      text text,
      confidence double precision,
      failure_code text,
      failure_detail text,
      uploaded_by uuid not null,
      revision integer not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      deleted_at timestamptz,
      search tsvector not null generated always as
        (to_tsvector('simple', title || ' ' || left(coalesce(text, ''), 240000))) stored
    )
  `.execute(db)
  await sql`create index ${index('alive')} on ${table} (tenant_id, id desc) where deleted_at is null`.execute(
    db,
  )
  await sql`
    create index ${index('project')} on ${table} (project_id, status, id desc) where deleted_at is null
  `.execute(db)
  await sql`create index ${index('tags')} on ${table} using gin (tags) where deleted_at is null`.execute(db)
  await sql`create index ${index('search')} on ${table} using gin (search) where deleted_at is null`.execute(
    db,
  )
  await sql`create unique index ${index('recognition')} on ${table} (recognition_id)`.execute(db)
  await sql`create index ${index('deleted')} on ${table} (deleted_at) where deleted_at is not null`.execute(
    db,
  )
  await tenantTable(db, name)
  await listing(db, name)
}

/**
 * Lists and searches read this view. Row-level security lets an index be used only with operators that PostgreSQL
 * holds to be leakproof, and `@@` and `@>` are not: on the table itself every search would read every row of the
 * tenant. The view has the same wall in its own condition, and reads as its owner, whom the policy lets pass.
 */
async function listing(db: Kysely<unknown>, name: 'documents' | 'voice_samples'): Promise<void> {
  await sql`create policy listing on ${sql.table(name)} for select to current_user using (true)`.execute(db)
  await sql`
    create view ${sql.table(`${name}_listed`)} as
      select id, tenant_id, project_id, title, language, tags, status, version, recognition_id, confidence,
        failure_code, failure_detail, uploaded_by, revision, created_at, updated_at, deleted_at, search
      from ${sql.table(name)}
      where deleted_at is null and tenant_id = current_setting('alta.tenant_id')::uuid
  `.execute(db)
}

async function versions(db: Kysely<unknown>): Promise<void> {
  // claims_bytes: no other item of the project may have the same bytes. False for a repetition within
  // its own item (going back to an earlier file) and for deleted items.
  await sql`
    create table versions (
      item_id uuid not null,
      number integer not null check (number > 0),
      tenant_id uuid not null,
      project_id uuid not null,
      kind text not null check (kind in ('document', 'voice')),
      sha256 text not null,
      size bigint not null,
      media_type text not null,
      file_name text not null,
      uploaded_by uuid not null,
      claims_bytes boolean not null default true,
      created_at timestamptz not null default now(),
      primary key (item_id, number)
    )
  `.execute(db)
  await sql`
    create unique index versions_bytes on versions (project_id, kind, sha256) where claims_bytes
  `.execute(db)
  await sql`create index versions_sha256 on versions (sha256)`.execute(db)
  await tenantTable(db, 'versions')
}

async function recognitions(db: Kysely<unknown>): Promise<void> {
  // The facts known about one run over one version; the item's status is derived from them (status.ts).
  await sql`
    create table recognitions (
      id uuid primary key,
      tenant_id uuid not null,
      item_id uuid not null,
      version integer not null,
      languages text[] not null,
      requested_at timestamptz not null default now(),
      started_at timestamptz,
      engine text,
      machine_result text,
      failure_code text,
      failure_detail text,
      verdict text check (verdict in ('in_review', 'approved', 'rejected', 'failed')),
      verdict_order bigint,
      verdict_by uuid,
      approved_result text
    )
  `.execute(db)
  await sql`create index recognitions_item on recognitions (item_id, version, requested_at)`.execute(db)
  await tenantTable(db, 'recognitions')
}

async function readings(db: Kysely<unknown>): Promise<void> {
  // Keyed by the SHA-256 of the result they come from: the machine's reading and a person's corrected one
  // stand side by side, and a reading that nobody changed is kept once, whichever event brings it first.
  await sql`
    create table readings (
      recognition_id uuid not null references recognitions (id) on delete cascade,
      result_sha256 text not null,
      tenant_id uuid not null,
      text text not null,
      confidence double precision not null,
      duration double precision,
      primary key (recognition_id, result_sha256)
    )
  `.execute(db)
  await tenantTable(db, 'readings')

  await sql`
    create table pages (
      recognition_id uuid not null,
      result_sha256 text not null,
      number integer not null,
      tenant_id uuid not null,
      width integer not null,
      height integer not null,
      origin text not null,
      text text not null,
      confidence double precision not null,
      words jsonb not null,
      primary key (recognition_id, result_sha256, number),
      foreign key (recognition_id, result_sha256) references readings on delete cascade
    )
  `.execute(db)
  await tenantTable(db, 'pages')

  await sql`
    create table segments (
      recognition_id uuid not null,
      result_sha256 text not null,
      position integer not null,
      tenant_id uuid not null,
      starts_at double precision not null,
      ends_at double precision not null,
      text text not null,
      confidence double precision not null,
      words jsonb not null,
      primary key (recognition_id, result_sha256, position),
      foreign key (recognition_id, result_sha256) references readings on delete cascade
    )
  `.execute(db)
  await tenantTable(db, 'segments')
}

async function history(db: Kysely<unknown>): Promise<void> {
  // cause: the event that a row comes from, so that a replay does not write it twice.
  await sql`
    create table history (
      id uuid primary key,
      tenant_id uuid not null,
      item_id uuid not null,
      at timestamptz not null,
      by_user uuid,
      action text not null,
      details jsonb not null,
      cause text
    )
  `.execute(db)
  await sql`create index history_item on history (item_id, at, id)`.execute(db)
  await sql`create unique index history_cause on history (item_id, cause) where cause is not null`.execute(db)
  await tenantTable(db, 'history')
}

async function files(db: Kysely<unknown>): Promise<void> {
  // Uploads that no version names: not yet, or not any more. Named ones have no row, so that a sweep is quick.
  // No tenant_id: the same bytes are stored once for all tenants, and a row says nothing about who has them.
  await sql`create table files (sha256 text primary key, used_at timestamptz not null default now())`.execute(
    db,
  )
  await sql`create index files_used_at on files (used_at)`.execute(db)
}
