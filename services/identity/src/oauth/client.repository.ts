import type { Kysely, Selectable } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'
import { revokeSessions } from '../revocations/revocation.repository.ts'

export type ClientRow = Selectable<IdentitySchema['oauth_clients']>

export async function insertClient(
  tx: Kysely<IdentitySchema>,
  client: Omit<ClientRow, 'created_at'>,
): Promise<ClientRow> {
  return tx.insertInto('oauth_clients').values(client).returningAll().executeTakeFirstOrThrow()
}

/** Undefined too while its tenant is disabled. */
export function findClient(tx: Kysely<IdentitySchema>, id: string): Promise<ClientRow | undefined> {
  return tx
    .selectFrom('oauth_clients')
    .innerJoin('tenants', 'tenants.tenant_id', 'oauth_clients.tenant_id')
    .selectAll('oauth_clients')
    .where('id', '=', id)
    .where('tenants.disabled_at', 'is', null)
    .executeTakeFirst()
}

/** Latest first: ids tell the order in which they were made. */
export function listClients(
  tx: Kysely<IdentitySchema>,
  { limit, before }: { limit: number; before: string | undefined },
): Promise<ClientRow[]> {
  return tx
    .selectFrom('oauth_clients')
    .selectAll()
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? ''))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

/** With all consents, codes and tokens of it, at whatever service. @returns whether there was such a client */
export async function removeClient(tx: Kysely<IdentitySchema>, id: string): Promise<boolean> {
  const removed = await tx
    .deleteFrom('oauth_clients')
    .where('id', '=', id)
    .returning(['id', 'tenant_id'])
    .execute()
  await revokeSessions(tx, removed)
  return removed.length > 0
}
