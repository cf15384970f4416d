import { hash } from 'node:crypto'
import { createRemoteJWKSet, decodeJwt, errors, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { z } from 'zod'
import { unauthorized, unavailable } from '../errors.ts'
import { type Permission, permissionsOf } from './permissions.ts'
import type { Principal } from './principal.ts'
import type { Revocations } from './revocation.ts'

/** Where the keys come from: identity's JWKS through the sidecar, or keys at hand. */
export type KeySource = JWTVerifyGetKey

/** @throws {Problem} 401 `unauthenticated`; 503 `unavailable` when the keys cannot be had */
export type TokenVerifier = (token: string) => Promise<Principal>

export interface TokenVerifierOptions {
  readonly issuer: string
  readonly audience: string
  readonly keys: KeySource
  /** Tokens that have ended before their time. Without it a token is good until it expires. */
  readonly revocations?: Pick<Revocations, 'refuse'>
  /** Verified tokens that are remembered until they expire. */
  readonly cacheSize?: number
}

const claims = z.object({
  sub: z.uuid(),
  tid: z.uuid(),
  sid: z.string().min(1).max(200),
  exp: z.number(),
  roles: z.array(z.string()).default([]),
  /** Counts what has ended all earlier tokens of the user: see revocation.ts. */
  ver: z.number().int().default(0),
  auth_time: z.number().optional(),
  amr: z.array(z.string()).optional(),
  acr: z.string().optional(),
  scope: z.string().optional(),
  /** Of a program that got the token by OAuth. */
  client_id: z.string().optional(),
  /** The consent that it was given. */
  consent: z.string().optional(),
})

interface Verified {
  principal: Principal
  /** Milliseconds. */
  expires: number
  version: number
}

/** Seconds that clocks may differ. */
const clockTolerance = 5

/** Verifies access tokens (RFC 9068): RS256 only, and only what was made for this audience. */
export function tokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { issuer, audience, keys, revocations, cacheSize = 10_000 } = options
  const verified = new Map<string, Verified>()

  return async (token) => {
    // The cache holds hashes, so that a heap dump does not hold a second copy of every token.
    const shown = hash('sha256', token, 'base64')
    const known = verified.get(shown)
    if (known && known.expires > Date.now()) return unlessRevoked(known)
    verified.delete(shown)

    const fresh = await verify(token)
    verified.set(shown, fresh)
    const oldest = verified.keys().next()
    if (verified.size > cacheSize && !oldest.done) verified.delete(oldest.value)
    return unlessRevoked(fresh)
  }

  async function unlessRevoked({ principal, version }: Verified): Promise<Principal> {
    const { sessionId, userId, origins } = principal
    await revocations?.refuse({ sessionId, userId, version, origins })
    return principal
  }

  async function verify(token: string): Promise<Verified> {
    try {
      const { payload } = await jwtVerify(token, keys, {
        // An allow-list and not what the token says: else `none` or HS256 with our public key gets in.
        algorithms: ['RS256'],
        typ: 'at+jwt',
        issuer,
        audience,
        clockTolerance,
        requiredClaims: ['sub', 'exp', 'tid', 'sid'],
      })
      const { sub, tid, sid, roles, exp, ver, auth_time, amr, acr, scope, client_id, consent } =
        claims.parse(payload)
      const principal = {
        userId: sub,
        tenantId: tid,
        sessionId: sid,
        roles,
        permissions: withinScope(permissionsOf(roles, tid), scope),
        token,
        ...(auth_time === undefined ? {} : { authTime: auth_time }),
        ...(amr === undefined ? {} : { amr }),
        ...(acr === undefined ? {} : { acr }),
        ...(client_id === undefined
          ? // A session's token has no scope: what is limited to one was made for a key.
            scope === undefined
            ? {}
            : { byKey: true as const }
          : {
              delegated: true as const,
              origins: consent === undefined ? [client_id] : [client_id, consent],
            }),
      }
      return { principal, expires: (exp + clockTolerance) * 1000, version: ver }
    } catch (error) {
      throw asProblem(error)
    }
  }
}

/** What a token is limited to, as an API key's is; a scope never gives more than the roles do. */
function withinScope(granted: Set<Permission>, scope: string | undefined): Set<Permission> {
  if (scope === undefined) return granted
  const named = new Set(scope.split(' '))
  return new Set([...granted].filter((permission) => named.has(permission)))
}

/**
 * What a token that has been verified says of its end: when, in milliseconds since 1970, and the version by which it
 * may end earlier (see revocation.ts).
 */
export function endOfToken(verified: string): { ends: number; version: number } {
  const { exp = 0, ver } = decodeJwt(verified)
  return { ends: exp * 1000, version: typeof ver === 'number' ? ver : 0 }
}

/** The token of an `Authorization: Bearer …` header. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i.exec(header ?? '')?.[1]
}

/** Identity's public keys, asked for through the sidecar when a key is seen for the first time. */
export function identityKeys(sidecar: {
  DAPR_HTTP_PORT: number
  DAPR_API_TOKEN: string | undefined
}): KeySource {
  const url = new URL(`http://127.0.0.1:${sidecar.DAPR_HTTP_PORT}/.well-known/jwks.json`)
  return createRemoteJWKSet(url, {
    headers: {
      'dapr-app-id': 'identity',
      ...(sidecar.DAPR_API_TOKEN ? { 'dapr-api-token': sidecar.DAPR_API_TOKEN } : {}),
    },
    timeoutDuration: 5_000,
    // A made-up key id makes us ask again; this is how often it can.
    cooldownDuration: 10_000,
    // Less than the ten minutes for which keys are announced before they sign, by more than identity's own minute.
    cacheMaxAge: 480_000,
  })
}

/** Faults of the token itself. Whatever else goes wrong is about fetching keys and no fault of the caller. */
const faultsOfToken = [
  errors.JWTClaimValidationFailed,
  errors.JWTExpired,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
  z.ZodError,
]

function asProblem(error: unknown): Error {
  if (!faultsOfToken.some((kind) => error instanceof kind)) {
    return unavailable('unavailable', 'Tokens cannot be checked right now.', {
      cause: error,
      note: 'the keys of identity could not be fetched',
    })
  }
  const expired = error instanceof errors.JWTExpired
  const detail = expired ? 'The access token has expired.' : 'The access token is not valid.'
  return unauthorized('unauthenticated', detail, {
    headers: {
      'www-authenticate': `Bearer realm="alta", error="invalid_token", error_description="${detail}"`,
    },
    note: error instanceof Error ? error.message : String(error),
  })
}
