import { type Kysely, sql } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'

/**
 * Ends every way in that anybody of a tenant has, as disabling one of them does for one. Users come first, and sessions
 * after them, as everywhere: of two in another order each would wait for the other.
 */
export async function endAllOfTenant(tx: Kysely<IdentitySchema>, tenantId: string): Promise<void> {
  // Access tokens, whether of sessions, keys or consents, are below the new number.
  await sql`
    with newer as (
      update users set token_version = token_version + 1 where tenant_id = ${tenantId}
      returning id, token_version
    )
    insert into revocations (tenant_id, kind, subject, version)
    select ${tenantId}, 'user', id, token_version from newer
  `.execute(tx)
  // Programs that act for themselves are no users: their tokens end by the program.
  await sql`
    insert into revocations (tenant_id, kind, subject)
    select tenant_id, 'session', id from oauth_clients where tenant_id = ${tenantId} and kind = 'service'
  `.execute(tx)
  await tx.deleteFrom('sign_in_challenges').where('tenant_id', '=', tenantId).execute()
  const now = sql<Date>`clock_timestamp()`
  await tx
    .updateTable('sessions')
    .set({ ended_at: now, end_reason: 'revoked' })
    .where('tenant_id', '=', tenantId)
    .where('ended_at', 'is', null)
    .execute()
  await tx
    .updateTable('mail_tokens')
    .set({ ended_at: now })
    .where('tenant_id', '=', tenantId)
    .where('ended_at', 'is', null)
    .execute()
  await tx
    .updateTable('api_keys')
    .set({ revoked_at: now })
    .where('tenant_id', '=', tenantId)
    .where('revoked_at', 'is', null)
    .execute()
  await tx.deleteFrom('oauth_records').where('tenant_id', '=', tenantId).execute()
}
