import type { Kysely, Selectable } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'

export type TenantRow = Selectable<IdentitySchema['tenants']>

/** The tenant unless it is disabled, which waits for the end of the transaction: what is made in it ends with it. */
export function holdTenant(tx: Kysely<IdentitySchema>, tenantId: string): Promise<TenantRow | undefined> {
  return tx
    .selectFrom('tenants')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('disabled_at', 'is', null)
    .forShare()
    .executeTakeFirst()
}
