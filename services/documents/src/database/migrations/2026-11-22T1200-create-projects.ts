import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table projects (
      id uuid primary key,
      tenant_id uuid not null,
      name text not null,
      description text not null default '',
      language text not null,
      minimum_confidence double precision not null,
      minimum_word_confidence double precision not null,
      second_reviewer boolean not null,
      version integer not null default 1,
      created_by uuid not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      deleted_at timestamptz
    )
  `.execute(db)
  await sql`create index projects_alive on projects (tenant_id, id desc) where deleted_at is null`.execute(db)
  await sql`create index projects_deleted on projects (deleted_at) where deleted_at is not null`.execute(db)
  await tenantTable(db, 'projects')

  await sql`
    create table project_members (
      project_id uuid not null references projects (id) on delete cascade,
      user_id uuid not null,
      tenant_id uuid not null,
      role text not null check (role in ('owner', 'reviewer', 'viewer')),
      added_at timestamptz not null default now(),
      primary key (project_id, user_id)
    )
  `.execute(db)
  await sql`create index project_members_user on project_members (tenant_id, user_id)`.execute(db)
  await tenantTable(db, 'project_members')
}
