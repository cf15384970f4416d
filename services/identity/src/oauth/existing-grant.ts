import type { Database } from '@alta/kit/database/database'
import type { Grant, KoaContextWithOIDC } from 'oidc-provider'
import type { IdentitySchema } from '../database/schema.ts'
import { latestGrantId } from './record.repository.ts'

/**
 * What the user has allowed the client before. A session that has no consent of its own yet gets a copy of the latest
 * one: so a stolen refresh token ends what was issued to one session, and not what the user's other devices have.
 */
export async function existingGrant(
  database: Database<IdentitySchema>,
  ctx: KoaContextWithOIDC,
): Promise<Grant | undefined> {
  const { client, session, account, result, provider } = ctx.oidc
  if (!client || !session || !account) return undefined
  const known = result?.consent?.grantId ?? session.grantIdFor(client.clientId)
  const own = known === undefined ? undefined : await provider.Grant.find(known)
  if (own && own.accountId === account.accountId) return own

  const latest = await database.systemRead((tx) => latestGrantId(tx, account.accountId, client.clientId))
  const allowed = latest === undefined ? undefined : await provider.Grant.find(latest)
  if (!allowed) return undefined
  const copy = new provider.Grant({ accountId: account.accountId, clientId: client.clientId })
  if (allowed.openid) copy.openid = { ...allowed.openid }
  if (allowed.resources) copy.resources = { ...allowed.resources }
  await copy.save()
  return copy
}
