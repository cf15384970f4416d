import { type Kysely, sql } from 'kysely'
import { tenantTable } from '../../database/tenant.ts'

/** A table for the kit's own tests: what handlers did, counted, so that doing it twice shows. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table effects (
      tenant_id uuid not null,
      subject text not null,
      times integer not null default 1,
      primary key (tenant_id, subject)
    )`.execute(db)
  await tenantTable(db, 'effects')
}
