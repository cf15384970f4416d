import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

/**
 * Where the sum stands that a refused request went into. A table of its own, because a column that follows from the
 * entry would write the whole log anew, and of an index on a list row-level security lets nobody make use.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table refused_requests (
      tenant_id uuid not null,
      request_id text not null,
      sequence bigint not null,
      primary key (tenant_id, request_id, sequence)
    )`.execute(db)
  await tenantTable(db, 'refused_requests')
}
