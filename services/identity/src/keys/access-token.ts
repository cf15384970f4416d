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
}

export interface AccessTokens {
  /** Life of a token in seconds. */
  readonly lifetime: number
  issue(subject: TokenSubject): Promise<string>
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
    async issue({ userId, tenantId, sessionId, roles, version }) {
      const { kid, privateKey } = await keys.current()
      const issuedAt = Math.floor(Date.now() / 1000)
      return new SignJWT({ tid: tenantId, sid: sessionId, roles, ver: version })
        .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetime)
        .setJti(randomUUID())
        .sign(privateKey)
    },
  }
}
