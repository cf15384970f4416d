import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

/** Lists of items as somebody wants to see them again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table saved_views (
      id uuid primary key,
      tenant_id uuid not null,
      project_id uuid not null references projects (id) on delete cascade,
      created_by uuid not null,
      shared boolean not null,
      name text not null,
      filter jsonb not null,
      sort text not null,
      columns text[] not null,
      layout text not null check (layout in ('grid', 'list')),
      version integer not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )
  `.execute(db)
  await sql`create index saved_views_project on saved_views (project_id, created_by)`.execute(db)
  await tenantTable(db, 'saved_views')
}
