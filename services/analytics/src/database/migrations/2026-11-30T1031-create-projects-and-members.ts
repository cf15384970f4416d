import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

/**
 * Whose figures somebody may see. No part of the generations: a rebuild from the months of events that are kept must
 * not take older projects away from their members.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table projects (
      project_id uuid primary key,
      tenant_id uuid not null,
      name text not null,
      sequence integer not null,
      deleted_at timestamptz
    )`.execute(db)
  await tenantTable(db, 'projects')
  await sql`
    create table members (
      user_id uuid not null,
      project_id uuid not null,
      tenant_id uuid not null,
      sequence integer not null,
      removed_at timestamptz,
      -- The person first: every figure asks for the projects of one person.
      primary key (user_id, project_id)
    )`.execute(db)
  await tenantTable(db, 'members')
}
