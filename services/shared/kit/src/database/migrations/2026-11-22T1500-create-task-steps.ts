import { type Kysely, sql } from 'kysely'
import { tenantTable } from '../tenant.ts'

/**
 * The newest step of each task that this service has carried out. A step that is asked for again, because its
 * answer came too late, is answered from here: its effects happen once.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table task_steps (
      task_id uuid primary key,
      tenant_id uuid not null,
      run integer not null,
      step integer not null,
      outcome json,
      taken_at timestamptz not null default now()
    )`.execute(db)
  await sql`create index task_steps_age on task_steps (taken_at)`.execute(db)
  await tenantTable(db, 'task_steps')
}
