import type { JWK } from 'jose'
import type { ColumnType, Generated } from 'kysely'

export interface IdentitySchema {
  tenants: {
    /** Its own id: so it is behind the same wall as what belongs to it. */
    tenant_id: string
    name: string
    created_at: Generated<Date>
    /** Since then nobody of it gets in. */
    disabled_at: Date | null
  }
  users: {
    id: string
    tenant_id: string
    /** As `normalisedEmail` leaves it; of one account on the whole platform. */
    email: string
    /** Null: nobody has shown yet that the mailbox is theirs. */
    email_verified_at: Date | null
    name: string
    locale: string
    roles: string[]
    created_at: Generated<Date>
    /** Since then nobody gets in. */
    disabled_at: Date | null
    /** Access tokens of an earlier one have ended. */
    token_version: Generated<number>
    kind: Generated<'person' | 'service'>
    /** Who answers for a service account. */
    owner_id: string | null
  }
  credentials: {
    user_id: string
    tenant_id: string
    /** PHC string of Argon2id. */
    password_hash: string
    changed_at: Generated<Date>
  }
  /** One sign-in and the family of refresh tokens that descends from it. */
  sessions: {
    id: string
    tenant_id: string
    user_id: string
    created_at: Generated<Date>
    /** Absolute: no refresh moves it. */
    expires_at: Date
    ended_at: Date | null
    end_reason: SessionEnd | null
    /** Of the latest refresh; null before the first. */
    last_used_at: Date | null
    /** Where the sign-in or the latest refresh came from. */
    address: string | null
    user_agent: string | null
    /** Of earlier releases, which kept a step-up here; nothing reads it. */
    authenticated_at: Date | null
    /** How they did, as RFC 8176 names it. */
    amr: Generated<string[]>
  }
  refresh_tokens: {
    /** SHA-256 of the token; the token itself is never stored. */
    hash: Buffer
    tenant_id: string
    session_id: string
    issued_at: Generated<Date>
    used_at: Date | null
    successor_hash: Buffer | null
    /** The successor, readable only with the token of this row. */
    sealed_successor: Buffer | null
  }
  /** Who was wrong how often; see attempts/attempt-guard.ts. */
  failed_attempts: {
    scope: AttemptScope
    key: Buffer
    failures: number
    last_failed_at: Generated<Date>
  }
  /** Where a user has signed in from: keyed hashes of networks and of device tokens. */
  known_clients: {
    user_id: string
    kind: ClientKind
    client: Buffer
    tenant_id: string
    last_used_at: Generated<Date>
  }
  /** What was mailed and proves, when it comes back, that its reader has the mailbox. */
  mail_tokens: {
    hash: Buffer
    tenant_id: string
    user_id: string
    purpose: TokenPurpose
    /** Where it was sent. */
    email: string
    created_at: Generated<Date>
    expires_at: Date
    /** When it was used or revoked: it counts as a mail all the same. */
    ended_at: Generated<Date | null>
  }
  /** Waiting for a mail, if there is such an account: see passwords/password-reset.service.ts. */
  reset_requests: {
    id: string
    /** Not the account's, which nobody has looked for yet. */
    tenant_id: string
    email: string
    requested_at: Generated<Date>
  }
  /** The app of a user; unconfirmed until a code has come from it. */
  totp_factors: {
    user_id: string
    tenant_id: string
    sealed_secret: Buffer
    created_at: Generated<Date>
    confirmed_at: Date | null
    /** Of the latest code that was taken: none of it or of an earlier one is taken again. bigint, as text. */
    last_step: Generated<string>
  }
  recovery_codes: {
    hash: Buffer
    tenant_id: string
    user_id: string
  }
  /** Secrets of programs; what is sent as `alta_…` lies here as a hash. */
  api_keys: {
    id: string
    tenant_id: string
    user_id: string
    hash: Buffer
    name: string
    /** How the key begins, to tell it from others. */
    hint: string
    scope: string[]
    created_by: string
    created_at: Generated<Date>
    expires_at: Date
    revoked_at: Date | null
    last_used_at: Date | null
  }
  /** Who has shown the password and still owes a code. */
  sign_in_challenges: {
    hash: Buffer
    tenant_id: string
    user_id: string
    expires_at: Date
  }
  /** Tokens that ended before their time, for as long as they would have lived: see revocations/. */
  revocations: {
    id: Generated<string>
    tenant_id: string
    kind: 'session' | 'user'
    /** A session, key, client or consent; or a user. */
    subject: string
    version: number | null
    written_by: Generated<string>
    revoked_at: Generated<Date>
  }
  /** Programs that may ask for tokens. */
  oauth_clients: {
    id: string
    tenant_id: string
    name: string
    kind: ClientType
    redirect_uris: string[]
    /** Permissions that its tokens may have at most. */
    scopes: string[]
    /** Of a program that acts for itself. */
    roles: string[]
    /** SHA-256; null for programs that cannot keep a secret. */
    secret_hash: Buffer | null
    created_by: string | null
    created_at: Generated<Date>
  }
  /** What the OAuth library keeps: see oauth/record.repository.ts. */
  oauth_records: {
    kind: string
    /** SHA-256 of the id, which of most kinds is the code, token or cookie itself. */
    hash: Buffer
    tenant_id: string
    client_id: string | null
    user_id: string | null
    /** It is worth nothing any more once that has ended. */
    session_id: string | null
    /** The same for the consent that it comes from. */
    grant_id: string | null
    /** Readable only with the id. */
    sealed: Buffer | null
    /** Of a consent, whose id opens nothing. */
    payload: ColumnType<Record<string, unknown> | null, string | null, string | null>
    created_at: Generated<Date>
    consumed_at: Date | null
    expires_at: Date
  }
  signing_keys: {
    kid: string
    public_jwk: ColumnType<JWK, string, never>
    sealed_private_key: Buffer
    created_at: Date
    /** Published from the start, used for signing only from then on. */
    activates_at: Date
  }
}

/** One account from one client, one account from wherever it is not known, one address at whatever account. */
export type AttemptScope = 'pair' | 'account' | 'address'

/** On a server; in a browser; on a device; by itself, without anybody who signs in. */
export type ClientType = 'web' | 'browser' | 'native' | 'service'

export type ClientKind = 'address' | 'device'

export type TokenPurpose = 'reset-password' | 'verify-email' | 'change-email'

export type SessionEnd = 'logout' | 'password-changed' | 'token-reused' | 'revoked' | 'user-disabled'
