import { callerIs, requestOrigin } from '@alta/kit/audit/caller'
import type { Emit } from '@alta/kit/database/database'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { Kysely } from 'kysely'
import type { SignInAttempt } from '../attempts/attempt-guard.ts'
import type { IdentitySchema } from '../database/schema.ts'
import type { AccessTokens } from '../keys/access-token.ts'
import { hashOf, newToken } from '../keys/opaque-token.ts'
import type { AccountMails } from '../mail-tokens/account-mails.ts'
import type { UserRow } from '../users/user.repository.ts'
import type { UserResource } from '../users/user.schema.ts'
import { present } from '../users/user.service.ts'
import { insertRefreshToken } from './refresh-token.repository.ts'
import { insertSession, type SessionRow } from './session.repository.ts'

export interface SignedIn {
  accessToken: string
  refreshToken: string
  tokenType: 'Bearer'
  /** Seconds until the access token expires. */
  expiresIn: number
  user: UserResource
  sessionId: string
  deviceToken?: string
}

/** What a person has shown (RFC 8176). */
export const ONE_FACTOR = ['pwd']
export const TWO_FACTORS = ['pwd', 'otp', 'mfa']

export interface BegunSession {
  session: SessionRow
  refreshToken: string
  newDevice: string | undefined
}

/** Somebody has shown all that signing in takes. @param how.lifetime of the session, absolute, in seconds */
export async function beginSession(
  { tx, emit }: { tx: Kysely<IdentitySchema>; emit: Emit },
  user: UserRow,
  how: {
    amr: string[]
    lifetime: number
    attempt: SignInAttempt
    rememberDevice: boolean
    mails: AccountMails
  },
): Promise<BegunSession> {
  const id = randomUUIDv7()
  callerIs(auditActor(user, id))
  const refreshToken = newToken()
  const { address, userAgent } = requestOrigin()
  const session = await insertSession(tx, {
    id,
    tenant_id: user.tenant_id,
    user_id: user.id,
    expires_at: new Date(Date.now() + how.lifetime * 1000),
    address,
    user_agent: userAgent,
    amr: how.amr,
  })
  await insertRefreshToken(tx, {
    tenant_id: user.tenant_id,
    hash: hashOf(refreshToken),
    session_id: id,
  })
  const { deviceToken, isNew } = await how.attempt.succeeded(tx, user, how.rememberDevice)
  if (isNew) how.mails.tellOfSignIn(emit, user, { address, userAgent, at: session.created_at })
  return { session, refreshToken, newDevice: deviceToken }
}

export async function accessTokenOf(
  tokens: AccessTokens,
  user: UserRow,
  session: { id: string; proof: { at: Date; amr: string[] } },
): Promise<{ accessToken: string; tokenType: 'Bearer'; expiresIn: number }> {
  const accessToken = await tokens.issue({
    userId: user.id,
    tenantId: user.tenant_id,
    sessionId: session.id,
    roles: user.roles,
    version: user.token_version,
    proof: session.proof,
  })
  return { accessToken, tokenType: 'Bearer', expiresIn: tokens.lifetime }
}

export async function signedInAs(
  tokens: AccessTokens,
  user: UserRow,
  { session, refreshToken, newDevice }: BegunSession,
): Promise<SignedIn> {
  // Of the sign-in, however long ago: a refresh shows nothing but the token.
  const proof = { at: session.created_at, amr: session.amr }
  const issued = await accessTokenOf(tokens, user, { id: session.id, proof })
  const answer = { ...issued, refreshToken, user: present(user), sessionId: session.id }
  return newDevice === undefined ? answer : { ...answer, deviceToken: newDevice }
}

export const auditActor = (user: UserRow, sessionId: string) => ({
  userId: user.id,
  tenantId: user.tenant_id,
  sessionId,
  roles: user.roles,
})
