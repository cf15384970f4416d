import { appendOnlyTable } from '@alta/kit/database/append-only'
import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // The text is what is hashed; all else follows from it, so that nothing can be shown that is not proved.
  await sql`
    create table audit_entries (
      entry text not null,
      hash text not null check (hash ~ '^[0-9a-f]{64}$'),
      sequence bigint primary key generated always as ((entry::jsonb ->> 'sequence')::bigint) stored,
      tenant_id uuid not null generated always as ((entry::jsonb ->> 'tenantId')::uuid) stored,
      entry_id uuid not null unique generated always as ((entry::jsonb ->> 'entryId')::uuid) stored,
      actor_id uuid generated always as ((entry::jsonb -> 'actor' ->> 'userId')::uuid) stored,
      action text not null generated always as (entry::jsonb ->> 'action') stored,
      outcome text not null generated always as (entry::jsonb ->> 'outcome') stored,
      request_id text not null generated always as (entry::jsonb ->> 'requestId') stored,
      at text collate "C" not null generated always as (entry::jsonb ->> 'at') stored,
      resources jsonb not null generated always as (entry::jsonb -> 'resources') stored
    )`.execute(db)
  await sql`create index on audit_entries (tenant_id, actor_id, sequence)`.execute(db)
  await sql`create index on audit_entries (tenant_id, action, sequence)`.execute(db)
  await sql`create index on audit_entries (tenant_id, at)`.execute(db)
  await sql`create index on audit_entries (request_id)`.execute(db)
  await sql`create index on audit_entries using gin (resources jsonb_path_ops)`.execute(db)
  await tenantTable(db, 'audit_entries')
  await appendOnlyTable(db, 'audit_entries')

  // One row: the end of the chain, which every writer locks. Of no tenant, because the chain is one for all.
  await sql`
    create table audit_head (
      one boolean primary key default true check (one),
      sequence bigint not null,
      hash text not null
    )`.execute(db)
  await sql`insert into audit_head (sequence, hash) values (0, ${'0'.repeat(64)})`.execute(db)
}
