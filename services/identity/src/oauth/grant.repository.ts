import { type Kysely, sql } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'
import { revokeSessions } from '../revocations/revocation.repository.ts'
import { consentId } from './consent-id.ts'

export interface Consent {
  clientId: string
  clientName: string
  /** Of the latest consent. */
  payload: Record<string, unknown> | null
  givenAt: Date
}

/** One for each client, whatever the number of devices. */
export async function consentsOf(tx: Kysely<IdentitySchema>, userId: string): Promise<Consent[]> {
  return tx
    .selectFrom('oauth_records as record')
    .innerJoin('oauth_clients as client', 'client.id', 'record.client_id')
    .distinctOn('client.id')
    .select(['client.id as clientId', 'client.name as clientName', 'record.payload'])
    .select(sql<Date>`min(record.created_at) over (partition by client.id)`.as('givenAt'))
    .where('record.kind', '=', 'Grant')
    .where('record.user_id', '=', userId)
    .where('record.expires_at', '>', sql<Date>`clock_timestamp()`)
    .orderBy('client.id')
    .orderBy('record.created_at', 'desc')
    .limit(1000)
    .execute()
}

/** With all codes and tokens that came from them, at whatever service. @returns whether there were any */
export async function removeConsents(
  tx: Kysely<IdentitySchema>,
  userId: string,
  clientId: string,
): Promise<boolean> {
  const removed = await tx
    .deleteFrom('oauth_records')
    // By way of the consents: of a client there may be millions of records, of each refresh by each user one.
    .where('grant_id', 'in', (records) =>
      records
        .selectFrom('oauth_records as consent')
        .select('consent.grant_id')
        .where('consent.kind', '=', 'Grant')
        .where('consent.user_id', '=', userId)
        .where('consent.client_id', '=', clientId),
    )
    .returning(['grant_id', 'tenant_id'])
    .execute()
  const tenants = new Map(removed.map(({ grant_id, tenant_id }) => [grant_id, tenant_id]))
  const consents = [...tenants].flatMap(([grantId, tenant_id]) =>
    grantId === null ? [] : [{ id: consentId(grantId), tenant_id }],
  )
  await revokeSessions(tx, consents)
  return removed.length > 0
}
