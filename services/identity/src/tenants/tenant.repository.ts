import { type Kysely, type Selectable, sql } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'

export type TenantRow = Selectable<IdentitySchema['tenants']>

export interface CountedTenant extends TenantRow {
  /** Accounts of people, those that are disabled among them. */
  people: number
}

export async function insertTenant(
  tx: Kysely<IdentitySchema>,
  tenant: Pick<TenantRow, 'tenant_id' | 'name'>,
): Promise<TenantRow> {
  return tx.insertInto('tenants').values(tenant).returningAll().executeTakeFirstOrThrow()
}

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

const counted = (tx: Kysely<IdentitySchema>) =>
  tx
    .selectFrom('tenants')
    .selectAll('tenants')
    .select((tenant) =>
      tenant
        .selectFrom('users')
        .select(sql<number>`count(*)::integer`.as('people'))
        .whereRef('users.tenant_id', '=', 'tenants.tenant_id')
        .where('users.kind', '=', 'person')
        .$asScalar()
        .$notNull()
        .as('people'),
    )

/** Latest first: ids tell the order in which they were made. */
export const listTenants = (
  tx: Kysely<IdentitySchema>,
  { limit, before }: { limit: number; before: string | undefined },
): Promise<CountedTenant[]> =>
  counted(tx)
    .$if(before !== undefined, (query) => query.where('tenant_id', '<', before ?? ''))
    .orderBy('tenant_id', 'desc')
    .limit(limit)
    .execute()

export const tenantById = (tx: Kysely<IdentitySchema>, id: string): Promise<CountedTenant | undefined> =>
  counted(tx).where('tenant_id', '=', id).executeTakeFirst()

/** @returns whether there is such a tenant */
export async function renameTenant(tx: Kysely<IdentitySchema>, id: string, name: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('tenants')
    .set({ name })
    .where('tenant_id', '=', id)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/**
 * Waits for sign-ins of its people that are under way.
 * @returns whether there is such a tenant
 */
export async function setTenantDisabled(
  tx: Kysely<IdentitySchema>,
  id: string,
  disabled: boolean,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('tenants')
    .set({ disabled_at: disabled ? sql<Date>`coalesce(disabled_at, clock_timestamp())` : null })
    .where('tenant_id', '=', id)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
