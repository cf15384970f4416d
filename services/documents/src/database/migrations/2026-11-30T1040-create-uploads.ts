import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

/** Files that come in parts (tus). Parts lie in file storage under their hashes; a row says where each belongs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // received: bytes that are there without a gap. outcome: what became of the whole once all had come.
  await sql`
    create table uploads (
      id uuid primary key,
      tenant_id uuid not null,
      project_id uuid not null references projects (id) on delete cascade,
      kind text not null check (kind in ('document', 'voice')),
      length bigint not null check (length > 0),
      received bigint not null default 0,
      metadata text not null,
      file_name text not null,
      title text,
      language text,
      tags text[],
      created_by uuid not null,
      created_at timestamptz not null default now(),
      touched_at timestamptz not null default now(),
      outcome text check (outcome in ('created', 'duplicate', 'refused')),
      item_id uuid,
      problem jsonb,
      check (received <= length)
    )
  `.execute(db)
  await sql`create index uploads_touched on uploads (touched_at)`.execute(db)
  await sql`create index uploads_waiting on uploads (touched_at) where received = length and outcome is null`.execute(
    db,
  )
  await sql`create index uploads_open on uploads (tenant_id, created_by) where outcome is null`.execute(db)
  await tenantTable(db, 'uploads')

  await sql`
    create table upload_parts (
      upload_id uuid not null references uploads (id) on delete cascade,
      position bigint not null,
      tenant_id uuid not null,
      size bigint not null check (size > 0),
      sha256 text not null,
      primary key (upload_id, position)
    )
  `.execute(db)
  await sql`create index upload_parts_sha256 on upload_parts (sha256)`.execute(db)
  await tenantTable(db, 'upload_parts')
}
