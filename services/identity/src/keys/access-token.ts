import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import type { Keyring } from './keyring.ts'

interface TokenSubject {
  userId: string
  tenantId: string
  sessionId: string
  roles: readonly string[]
  /** The user's `token_version`. */
  version: number
  /** Of a key: the permissions that it is limited to. */
  scope?: readonly string[]
  /** When and how somebody proved who they are; a key has nobody who could. */
  proof?: { at: Date; amr: readonly string[] }
}

export interface AccessTokens {
  /** Life of a token in seconds. */
  readonly lifetime: number
  /** @param seconds that it lives, when fewer than `lifetime` */
  issue(subject: TokenSubject, seconds?: number): Promise<string>
}

/** JWT access tokens as RFC 9068 has them: `typ` keeps any other kind of token from passing for one. */
export function accessTokens(options: {
  keys: Keyring
  issuer: string
  audience: string
  lifetime: number
}): AccessTokens {
  const { keys, issuer, audience, lifetime } = options
  return {
    lifetime,
    async issue({ userId, tenantId, sessionId, roles, version, proof, scope }, seconds = lifetime) {
      const { kid, privateKey } = await keys.current()
      const issuedAt = Math.floor(Date.now() / 1000)
      return new SignJWT({
        tid: tenantId,
        sid: sessionId,
        roles,
        ver: version,
        ...claimsOf(proof),
        ...(scope ? { scope: scope.join(' ') } : {}),
      })
        .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + seconds)
        .setJti(randomUUID())
        .sign(privateKey)
    },
  }
}

/** RFC 9068 section 2.2.1. The classes are our own words: one factor, or two. */
const claimsOf = (proof: TokenSubject['proof']) =>
  proof && {
    auth_time: Math.floor(proof.at.getTime() / 1000),
    amr: proof.amr,
    acr: proof.amr.includes('mfa') ? 'aal2' : 'aal1',
  }
