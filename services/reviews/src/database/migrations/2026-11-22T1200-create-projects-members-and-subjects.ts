import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table projects (
      project_id uuid primary key,
      tenant_id uuid not null,
      minimum_confidence double precision not null,
      minimum_word_confidence double precision not null,
      second_reviewer boolean not null,
      sequence integer not null,
      deleted_at timestamptz
    )`.execute(db)
  await tenantTable(db, 'projects')

  await sql`
    create table members (
      user_id uuid not null,
      project_id uuid not null,
      tenant_id uuid not null,
      role text not null check (role in ('owner', 'reviewer', 'viewer')),
      sequence integer not null,
      removed_at timestamptz,
      -- The person first: the queue asks for the projects of one person.
      primary key (user_id, project_id)
    )`.execute(db)
  await tenantTable(db, 'members')

  await sql`
    create table subjects (
      subject_id uuid primary key,
      tenant_id uuid not null,
      project_id uuid not null,
      kind text not null check (kind in ('document', 'voice')),
      version integer not null,
      recognition_id uuid,
      deleted_at timestamptz
    )`.execute(db)
  await tenantTable(db, 'subjects')
}
