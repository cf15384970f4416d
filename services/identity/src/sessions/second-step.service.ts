import { callerIs, requestConcerns } from '@alta/kit/audit/caller'
import type { Principal } from '@alta/kit/auth/principal'
import type { Database } from '@alta/kit/database/database'
import { forbidden } from '@alta/kit/errors'
import type { AttemptGuard } from '../attempts/attempt-guard.ts'
import type { IdentitySchema } from '../database/schema.ts'
import type { AccessTokens } from '../keys/access-token.ts'
import { hashOf } from '../keys/opaque-token.ts'
import type { AccountMails } from '../mail-tokens/account-mails.ts'
import type { PasswordService } from '../passwords/password.service.ts'
import { takeChallenge, userOfChallenge } from '../second-factors/challenge.repository.ts'
import { hasSecondFactor } from '../second-factors/second-factor.repository.ts'
import type { SecondFactorService } from '../second-factors/second-factor.service.ts'
import { lockUser } from '../users/user.repository.ts'
import {
  accessTokenOf,
  auditActor,
  beginSession,
  ONE_FACTOR,
  type SignedIn,
  signedInAs,
  TWO_FACTORS,
} from './begin-session.ts'
import { invalidChallenge, sessionEnded } from './session.problems.ts'
import { isOpen } from './session.repository.ts'

export type SecondStepService = ReturnType<typeof secondStepService>

/** Signing in with a code after the password; and proving once more who one is. */
export function secondStepService(options: {
  database: Database<IdentitySchema>
  guard: AttemptGuard
  tokens: AccessTokens
  passwords: PasswordService
  factors: SecondFactorService
  mails: AccountMails
  lifetime: number
}) {
  const { database, guard, tokens, passwords, factors, mails, lifetime } = options

  return {
    /**
     * A wrong code leaves the challenge as it is, until it expires; the guard makes guessing slow.
     * @throws {Problem} 401 `invalid_challenge`, 403 `wrong_code`, 429 `too_many_attempts`
     */
    async finish(shown: {
      challenge: string
      code: string
      deviceToken?: string | undefined
      rememberDevice: boolean
    }): Promise<SignedIn> {
      const hash = hashOf(shown.challenge)
      const found = await database.systemRead((tx) => userOfChallenge(tx, hash))
      if (!found) throw invalidChallenge()
      requestConcerns('user', found.user_id, found.tenant_id)
      const outcome = await database.transaction(found.tenant_id, async ({ tx, emit }) => {
        const user = await lockUser(tx, found.user_id)
        if (!user || user.disabled_at) throw invalidChallenge()
        const wrong = await factors.check({ tx, emit }, user, shown)
        if (wrong) return wrong
        // Gone meanwhile: met by another, or taken back with the password that it stands for.
        if (!(await takeChallenge(tx, hash))) throw invalidChallenge()
        const attempt = guard.signIn(user.email, shown.deviceToken)
        const { rememberDevice } = shown
        const how = { amr: TWO_FACTORS, lifetime, attempt, rememberDevice, mails }
        return { user, begun: await beginSession({ tx, emit }, user, how) }
      })
      if ('refused' in outcome) throw outcome.refused
      return signedInAs(tokens, outcome.user, outcome.begun)
    },

    /**
     * By all factors that the user has. The proof is of this one token: what the session's refresh token gives says as
     * before when its sign-in was (RFC 9068, 2.2.1), or whoever has stolen that would only wait for the owner's proof.
     * @returns an access token whose `auth_time` is now
     * @throws {Problem} as `PasswordService.confirm`, 403 `code_required`, `wrong_code`, 429 `too_many_attempts`
     */
    async stepUp(
      principal: Principal,
      shown: { password: string; code?: string | undefined; deviceToken?: string | undefined },
    ) {
      const { succeeded } = await passwords.confirm(principal, shown.password)
      const outcome = await database.transaction(principal.tenantId, async ({ tx, emit }) => {
        const user = await lockUser(tx, principal.userId)
        if (!user) throw sessionEnded()
        const second = await hasSecondFactor(tx, user.id)
        if (second && shown.code === undefined) {
          throw forbidden('code_required', 'This account has a second factor: send a code as well.')
        }
        const wrong = second
          ? await factors.check({ tx, emit }, user, { ...shown, code: shown.code ?? '' })
          : undefined
        if (wrong) return wrong
        await succeeded(tx)
        if (!(await isOpen(tx, principal.sessionId))) throw sessionEnded()
        callerIs(auditActor(user, principal.sessionId))
        return { user, proof: { at: new Date(), amr: second ? TWO_FACTORS : ONE_FACTOR } }
      })
      if ('refused' in outcome) throw outcome.refused
      return accessTokenOf(tokens, outcome.user, { id: principal.sessionId, proof: outcome.proof })
    },
  }
}
