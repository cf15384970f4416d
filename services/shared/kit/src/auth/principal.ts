import type { Permission } from './permissions.ts'

/** Who is calling, as the verified access token says. */
export interface Principal {
  readonly userId: string
  readonly tenantId: string
  readonly sessionId: string
  readonly roles: readonly string[]
  readonly permissions: ReadonlySet<Permission>
  /** The raw access token, to be forwarded to other services. */
  readonly token: string
  /** When the caller last proved who they are, in seconds since 1970. A key's token has none: nobody was there. */
  readonly authTime?: number
  /** How they did (RFC 8176), as `['pwd', 'otp', 'mfa']`. */
  readonly amr?: readonly string[]
  /** `aal1` by one factor, `aal2` by two. */
  readonly acr?: string
  /** A program of others acts for them by OAuth: it may what its permissions say, and is not the person. */
  readonly delegated?: true
  /** A key of theirs does, within its scope: nobody is there, and what needs no permission is not in any scope. */
  readonly byKey?: true
  /** What such a token ends with, beside its session: the client, and the consent that it was given. */
  readonly origins?: readonly string[]
}
