import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table members (
      user_id uuid not null,
      project_id uuid not null,
      tenant_id uuid not null,
      sequence integer not null,
      removed_at timestamptz,
      -- The person first: whoever connects is asked for their projects.
      primary key (user_id, project_id)
    )`.execute(db)
  await tenantTable(db, 'members')

  await sql`
    create table deleted_projects (
      project_id uuid primary key,
      tenant_id uuid not null,
      deleted_at timestamptz not null
    )`.execute(db)
  await tenantTable(db, 'deleted_projects')
}
