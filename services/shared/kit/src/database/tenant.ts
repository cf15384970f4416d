import { type Kysely, sql } from 'kysely'
import { PLATFORM_TENANT } from '../auth/permissions.ts'

/**
 * Puts a table behind row-level security: a session sees and writes only rows of the tenant in
 * `alta.tenant_id`, which every transaction of the kit sets. `*` is all tenants and is set by
 * `Database.system` alone. Without the setting no row is visible, so a query that runs outside the
 * kit's transactions finds nothing instead of everything.
 * Call it in the migration that creates the table; the table needs `tenant_id uuid not null`.
 */
export async function tenantTable(db: Kysely<unknown>, table: string): Promise<void> {
  const name = sql.table(table)
  await sql`alter table ${name} enable row level security`.execute(db)
  await sql`alter table ${name} force row level security`.execute(db)
  await sql`
    create policy tenant on ${name}
      using (current_setting('alta.tenant_id', true) in (tenant_id::text, '*'))
      with check (current_setting('alta.tenant_id', true) in (tenant_id::text, '*'))
  `.execute(db)
}

/** Whoever registers belongs to it, and what is of no tenant is noted there: it is the platform's own. */
export const DEFAULT_TENANT = PLATFORM_TENANT
