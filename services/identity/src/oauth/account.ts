import type { Kysely } from 'kysely'
import { type AccessToken, type Account, type ClientCredentials, errors } from 'oidc-provider'
import type { IdentitySchema } from '../database/schema.ts'
import { activeUserById } from '../users/user.repository.ts'
import { findClient } from './client.repository.ts'
import { consentId } from './consent-id.ts'

/**
 * What a client may learn of a user; which of it depends on the scopes.
 * @param clientTenant whose program asks: another tenant's gets nothing of this user, whatever they would allow it
 * @throws {errors.AccessDenied} which the client is told
 */
export async function findAccount(
  tx: Kysely<IdentitySchema>,
  id: string,
  clientTenant: unknown,
): Promise<Account | undefined> {
  const user = await activeUserById(tx, id)
  if (!user) return undefined
  if (clientTenant !== undefined && clientTenant !== user.tenant_id)
    throw new errors.AccessDenied('this program is for people of another tenant')
  return {
    accountId: user.id,
    claims: async () => ({
      sub: user.id,
      email: user.email,
      email_verified: user.email_verified_at !== null,
      name: user.name,
      locale: user.locale,
    }),
  }
}

/** The claims that every service asks of an access token, besides those of RFC 9068. */
export async function tokenClaims(
  tx: Kysely<IdentitySchema>,
  token: AccessToken | ClientCredentials,
): Promise<Record<string, string | number | string[]> | undefined> {
  if (!token.resourceServer) return undefined
  if ('accountId' in token && token.accountId !== undefined) {
    const user = await activeUserById(tx, token.accountId)
    if (!user || token.sessionUid === undefined) throw new Error('a token without a user or a session')
    const { sessionUid: sid, grantId } = token
    const consent = grantId === undefined ? {} : { consent: consentId(grantId) }
    return { tid: user.tenant_id, sid, roles: user.roles, ver: user.token_version, ...consent }
  }
  const client = await findClient(tx, token.clientId ?? '')
  if (!client) throw new Error('a token without a client')
  // A client that acts for itself has no session; it is always the same one, and nobody can be signed in by it.
  return { tid: client.tenant_id, sid: client.id, roles: client.roles }
}
