import { callerIs, refusedWith, requestConcerns, requestOrigin } from '@alta/kit/audit/caller'
import type { Principal } from '@alta/kit/auth/principal'
import type { Database } from '@alta/kit/database/database'
import type { Problem } from '@alta/kit/errors'
import type { Kysely } from 'kysely'
import type { AttemptGuard } from '../attempts/attempt-guard.ts'
import type { IdentitySchema } from '../database/schema.ts'
import type { AccessTokens } from '../keys/access-token.ts'
import { hashOf, newToken } from '../keys/opaque-token.ts'
import type { AccountMails } from '../mail-tokens/account-mails.ts'
import type { Passwords } from '../passwords/passwords.ts'
import { CHALLENGE_SECONDS, insertChallenge } from '../second-factors/challenge.repository.ts'
import { hasSecondFactor } from '../second-factors/second-factor.repository.ts'
import { holdTenant } from '../tenants/tenant.repository.ts'
import { holdPasswordHash, replacePasswordHash, userById, userToSignIn } from '../users/user.repository.ts'
import { auditActor, beginSession, ONE_FACTOR, type SignedIn, signedInAs } from './begin-session.ts'
import { rotate } from './rotate-refresh-token.ts'
import { accountDisabled, invalidCredentials, invalidRefreshToken } from './session.problems.ts'
import { endSession, lockSessionOfToken, noteUse } from './session.repository.ts'

export interface CodeNeeded {
  mfaRequired: true
  challenge: string
  /** Seconds. */
  expiresIn: number
}

export interface Login {
  /** Normalised. */
  email: string
  password: string
  deviceToken?: string | undefined
  rememberDevice: boolean
}

export type SessionService = ReturnType<typeof sessionService>

/** @param options.lifetime absolute, in seconds  @param options.grace see `rotate`, in seconds */
export function sessionService(options: {
  database: Database<IdentitySchema>
  passwords: Passwords
  guard: AttemptGuard
  tokens: AccessTokens
  mails: AccountMails
  lifetime: number
  grace: number
}) {
  const { database, passwords, guard, tokens, mails, lifetime, grace } = options

  async function tryRefresh(tx: Kysely<IdentitySchema>, refreshToken: string) {
    const session = await lockSessionOfToken(tx, hashOf(refreshToken))
    if (!session) return { refused: invalidRefreshToken('unknown refresh token') }
    requestConcerns('user', session.user_id, session.tenant_id)
    const rotated = await rotate(tx, session, refreshToken, grace)
    if ('refused' in rotated) return rotated
    const user = await userById(tx, session.user_id)
    if (!user || user.disabled_at) return { refused: invalidRefreshToken('the user is gone or disabled') }
    callerIs(auditActor(user, session.id))
    await noteUse(tx, session.id, requestOrigin())
    return { user, begun: { session, refreshToken: rotated.token, newDevice: undefined } }
  }

  return {
    /**
     * @returns a challenge instead of tokens for who has a second factor
     * @throws {Problem} 401 `invalid_credentials`, 403 `account_disabled`, 429 `too_many_attempts`, 503 `too_busy`
     */
    async login({ email, password, deviceToken, rememberDevice }: Login): Promise<SignedIn | CodeNeeded> {
      const attempt = guard.signIn(email, deviceToken)
      const user = await database.systemRead((tx) => userToSignIn(tx, email))
      if (user) requestConcerns('user', user.id, user.tenant_id)
      const wrong = invalidCredentials()
      await passwords.check(password, user?.password_hash, { attempt, wrong })
      if (!user) throw wrong
      if (user.disabled_at ?? user.tenant_disabled_at) throw accountDisabled()
      const stored = user.password_hash
      if (passwords.isOutdated(stored)) {
        const renewed = await passwords.hash(password)
        // Before anything is held: of two sign-ins at once each would wait for the other. The hash is another one now,
        // by this sign-in or by the other.
        await database.transaction(user.tenant_id, ({ tx }) =>
          replacePasswordHash(tx, user.id, { from: stored, to: renewed }),
        )
        return this.login({ email, password, deviceToken, rememberDevice })
      }

      const outcome = await database.transaction(user.tenant_id, async ({ tx, emit }) => {
        // The tenant before the user, as who disables it: of two in another order each would wait for the other.
        if (!(await holdTenant(tx, user.tenant_id))) throw accountDisabled()
        if (!(await holdPasswordHash(tx, user.id, stored))) throw invalidCredentials()
        if (await hasSecondFactor(tx, user.id)) {
          const challenge = newToken()
          await insertChallenge(tx, {
            hash: hashOf(challenge),
            tenant_id: user.tenant_id,
            user_id: user.id,
          })
          return { challenge }
        }
        const how = { amr: ONE_FACTOR, lifetime, attempt, rememberDevice, mails }
        return { begun: await beginSession({ tx, emit }, user, how) }
      })
      if (outcome.begun) return signedInAs(tokens, user, outcome.begun)
      return { mfaRequired: true, challenge: outcome.challenge, expiresIn: CHALLENGE_SECONDS }
    },

    /** @throws {Problem} 401 `invalid_refresh_token` */
    async refresh(refreshToken: string): Promise<SignedIn> {
      // The refusal is a value until here: an exception would roll the end of a misused session back.
      const outcome = await database.system(async ({ tx }) => {
        const tried = await tryRefresh(tx, refreshToken)
        if ('refused' in tried) refusedWith(tried.refused, { changed: 'ended' in tried })
        return tried
      })
      if ('refused' in outcome) throw outcome.refused satisfies Problem
      return signedInAs(tokens, outcome.user, outcome.begun)
    },

    /** Ends the session and with it every refresh token of it. Ending it twice is the same as once. */
    async logout({ tenantId, sessionId }: Principal): Promise<void> {
      await database.transaction(tenantId, ({ tx }) => endSession(tx, sessionId, 'logout'))
    },
  }
}
