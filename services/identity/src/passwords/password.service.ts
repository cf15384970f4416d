import type { Principal } from '@alta/kit/auth/principal'
import type { Database } from '@alta/kit/database/database'
import { conflict, forbidden } from '@alta/kit/errors'
import { liveKeysOf } from '../api-keys/api-key.repository.ts'
import type { AttemptGuard } from '../attempts/attempt-guard.ts'
import type { IdentitySchema } from '../database/schema.ts'
import type { AccountMails } from '../mail-tokens/account-mails.ts'
import { revokeMailTokens } from '../mail-tokens/mail-token.repository.ts'
import { removeChallengesOf } from '../second-factors/challenge.repository.ts'
import { sessionEnded } from '../sessions/session.problems.ts'
import { endSessionsOf, isOpen } from '../sessions/session.repository.ts'
import { passwordHashOf, replacePasswordHash, userById } from '../users/user.repository.ts'
import type { Passwords } from './passwords.ts'

export type PasswordService = ReturnType<typeof passwordService>

export function passwordService(options: {
  database: Database<IdentitySchema>
  passwords: Passwords
  guard: AttemptGuard
  mails: AccountMails
}) {
  const { database, passwords, guard, mails } = options

  /**
   * Has somebody who is signed in show the password once more.
   * @returns the stored hash, and what to do in the transaction that follows
   * @throws {Problem} 403 `wrong_password`, 401 `session_ended`, 429 `too_many_attempts`
   */
  async function confirm({ tenantId, userId, sessionId }: Principal, password: string) {
    const stored = await database.read(tenantId, async (tx) => {
      if (!(await isOpen(tx, sessionId))) throw sessionEnded()
      return passwordHashOf(tx, userId)
    })
    const attempt = guard.again(sessionId)
    const wrong = forbidden('wrong_password', 'The current password is another one.')
    await passwords.check(password, stored, { attempt, wrong })
    if (stored === undefined) throw wrong
    return { stored, succeeded: attempt.succeeded }
  }

  return {
    confirm,

    /**
     * Ends every other session of the user: whoever knew the old password is out.
     * @throws {Problem} as `confirm`, and 409 `password_changed_meanwhile`
     */
    async change(
      principal: Principal,
      { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
    ): Promise<void> {
      const { tenantId, userId, sessionId } = principal
      const { stored, succeeded } = await confirm(principal, currentPassword)
      const hash = await passwords.hash(newPassword)
      await database.transaction(tenantId, async ({ tx, emit }) => {
        if (!(await replacePasswordHash(tx, userId, { from: stored, to: hash }))) {
          throw conflict('password_changed_meanwhile', 'The password was changed by another request.')
        }
        await succeeded(tx)
        await removeChallengesOf(tx, userId)
        await endSessionsOf(tx, userId, { except: sessionId, reason: 'password-changed' })
        await revokeMailTokens(tx, userId, ['reset-password'])
        const user = await userById(tx, userId)
        const keysLeft = String((await liveKeysOf(tx, userId)).length)
        if (user) mails.tell(emit, user, 'password-changed', { keysLeft })
      })
    },
  }
}
