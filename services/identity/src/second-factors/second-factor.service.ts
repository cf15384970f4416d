import type { Principal } from '@alta/kit/auth/principal'
import type { Database, Emit } from '@alta/kit/database/database'
import { conflict, forbidden, notFound, type Problem } from '@alta/kit/errors'
import type { Kysely } from 'kysely'
import type { AttemptGuard } from '../attempts/attempt-guard.ts'
import type { IdentitySchema } from '../database/schema.ts'
import { type Sealer, sealer } from '../keys/sealer.ts'
import type { AccountMails } from '../mail-tokens/account-mails.ts'
import { sessionEnded } from '../sessions/session.problems.ts'
import { endSessionsOf, isOpen } from '../sessions/session.repository.ts'
import { lockUser, type UserRow } from '../users/user.repository.ts'
import { newRecoveryCode, RECOVERY_CODES, recoveryCodeHash } from './recovery-code.ts'
import {
  confirmFactor,
  factorOf,
  lockFactor,
  recoveryCodesLeft,
  removeFactor,
  replaceFactor,
  replaceRecoveryCodes,
  takeRecoveryCode,
  takeStep,
} from './second-factor.repository.ts'
import { enrolmentOf, newTotpSecret, stepOf } from './totp.ts'

interface Scope {
  tx: Kysely<IdentitySchema>
  emit: Emit
}

export type SecondFactorService = ReturnType<typeof secondFactorService>

export const sealedSecrets = (setting: string): Sealer => sealer('alta identity: TOTP secrets', setting)

/**
 * A code of an app (TOTP), or one of ten recovery codes that work once each.
 * @param options.secret encrypts what apps are set up with: see `sealer`
 */
export function secondFactorService(options: {
  database: Database<IdentitySchema>
  guard: AttemptGuard
  secret: string
  mails: AccountMails
}) {
  const { database, guard, mails } = options
  const sealed = sealedSecrets(options.secret)

  async function takeCode({ tx, emit }: Scope, user: UserRow, code: string): Promise<boolean> {
    const userId = user.id
    const factor = await lockFactor(tx, userId)
    if (!factor) return false
    if (!/^\d{6}$/.test(code)) {
      const taken =
        factor.confirmed_at !== null && (await takeRecoveryCode(tx, userId, recoveryCodeHash(code)))
      if (taken) mails.tellOfChange(emit, user, 'recovery-code-used')
      return taken
    }
    const step = stepOf(sealed.unseal(factor.sealed_secret, `the second factor of user ${userId}`), code)
    return step !== undefined && takeStep(tx, userId, step)
  }

  /**
   * Holds the factor, so that of many guesses at once each knows of those before it. A refusal is a value, for the
   * caller to throw after the commit: an exception would take the count back.
   * @throws {Problem} 429 `too_many_attempts`; 503 `unavailable` for a code of an app that cannot be decrypted
   */
  async function check(
    { tx, emit }: Scope,
    user: UserRow,
    { code, deviceToken }: { code: string; deviceToken?: string | undefined },
  ): Promise<{ refused: Problem } | undefined> {
    await lockFactor(tx, user.id)
    const attempt = await guard.secondFactor(tx, user, deviceToken)
    await attempt.admit()
    if (await takeCode({ tx, emit }, user, code)) {
      await attempt.succeeded()
      return undefined
    }
    const refused = forbidden('wrong_code', 'The code is wrong, too old, or was used before.')
    await attempt.failed(refused)
    return { refused }
  }

  async function newCodes(tx: Kysely<IdentitySchema>, user: UserRow): Promise<string[]> {
    const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode)
    await replaceRecoveryCodes(tx, user, codes.map(recoveryCodeHash))
    return codes
  }

  /** The user, locked, of a session that is open. */
  async function caller(tx: Kysely<IdentitySchema>, { userId, sessionId }: Principal): Promise<UserRow> {
    const user = (await isOpen(tx, sessionId)) && (await lockUser(tx, userId))
    if (!user) throw sessionEnded()
    return user
  }

  return {
    check,

    async state(principal: Principal): Promise<{ enabled: boolean; recoveryCodesLeft: number }> {
      return database.read(principal.tenantId, async (tx) => {
        if (!(await isOpen(tx, principal.sessionId))) throw sessionEnded()
        const factor = await factorOf(tx, principal.userId)
        return {
          enabled: factor?.confirmed_at != null,
          recoveryCodesLeft: await recoveryCodesLeft(tx, principal.userId),
        }
      })
    },

    /** Nothing is asked for until a code has shown that the app is set up. @throws {Problem} 409 `totp_enabled` */
    async enrol(principal: Principal): Promise<{ secret: string; uri: string }> {
      const secret = newTotpSecret()
      const user = await database.transaction(principal.tenantId, async ({ tx }) => {
        const user = await caller(tx, principal)
        if ((await lockFactor(tx, user.id))?.confirmed_at) throw alreadyEnabled()
        await replaceFactor(tx, {
          user_id: user.id,
          tenant_id: user.tenant_id,
          sealed_secret: sealed.seal(secret),
        })
        return user
      })
      return enrolmentOf(secret, user.email)
    },

    /**
     * From here on nobody signs in without a code; who is signed in elsewhere has shown none, and is out.
     * @returns the recovery codes: what is stored are hashes
     * @throws {Problem} 403 `wrong_code`, 404 `no_enrolment`, 409 `totp_enabled`, 429 `too_many_attempts`
     */
    async confirm(principal: Principal, code: string): Promise<string[]> {
      const outcome = await database.transaction(principal.tenantId, async ({ tx, emit }) => {
        const user = await caller(tx, principal)
        const factor = await lockFactor(tx, user.id)
        if (!factor) throw notFound('no_enrolment', 'Begin with POST /api/v1/auth/totp.')
        if (factor.confirmed_at) throw alreadyEnabled()
        const wrong = await check({ tx, emit }, user, { code })
        if (wrong) return wrong
        await confirmFactor(tx, user.id)
        await endSessionsOf(tx, user.id, { except: principal.sessionId, reason: 'revoked' })
        // Whoever knew the password alone is a stranger from here on, also where codes are counted.
        await guard.signIn(user.email).reclaimed(tx, user)
        mails.tellOfChange(emit, user, 'second-factor-added')
        return { codes: await newCodes(tx, user) }
      })
      if ('refused' in outcome) throw outcome.refused
      return outcome.codes
    },

    /** The earlier ones work no more. @throws {Problem} 404 `totp_not_enabled` */
    async renewRecoveryCodes(principal: Principal): Promise<string[]> {
      return database.transaction(principal.tenantId, async ({ tx, emit }) => {
        const user = await caller(tx, principal)
        if (!(await lockFactor(tx, user.id))?.confirmed_at) throw notEnabled()
        mails.tellOfChange(emit, user, 'recovery-codes-renewed')
        return newCodes(tx, user)
      })
    },

    /** @throws {Problem} 404 `totp_not_enabled` */
    async disable(principal: Principal): Promise<void> {
      await database.transaction(principal.tenantId, async ({ tx, emit }) => {
        const user = await caller(tx, principal)
        const factor = await lockFactor(tx, user.id)
        if (!factor) throw notEnabled()
        await removeFactor(tx, user.id)
        if (factor.confirmed_at) mails.tellOfChange(emit, user, 'second-factor-removed')
      })
    },
  }
}

const alreadyEnabled = (): Problem => conflict('totp_enabled', 'An app is set up already; disable it first.')

const notEnabled = (): Problem => notFound('totp_not_enabled', 'There is no app that is set up.')
