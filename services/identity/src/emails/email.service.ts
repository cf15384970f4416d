import { userEmailChanged } from '@alta/contracts/events/user-email-changed.v1'
import type { Principal } from '@alta/kit/auth/principal'
import type { Database } from '@alta/kit/database/database'
import { type Problem, tooManyRequests } from '@alta/kit/errors'
import type { Kysely } from 'kysely'
import type { IdentitySchema, TokenPurpose } from '../database/schema.ts'
import { hashOf } from '../keys/opaque-token.ts'
import { type AccountMails, invalidMailToken } from '../mail-tokens/account-mails.ts'
import { revokeMailTokens, takeMailToken } from '../mail-tokens/mail-token.repository.ts'
import type { PasswordService } from '../passwords/password.service.ts'
import { sessionEnded } from '../sessions/session.problems.ts'
import { isOpen } from '../sessions/session.repository.ts'
import { emailTaken } from '../users/user.problems.ts'
import { isEmailTaken, lockUser, replaceEmail, type UserRow } from '../users/user.repository.ts'
import { type AddressRoles, emailIsProven } from './proven-email.ts'

export type EmailService = ReturnType<typeof emailService>

export function emailService(options: {
  database: Database<IdentitySchema>
  passwords: PasswordService
  mails: AccountMails
  addresses: AddressRoles
}) {
  const { database, passwords, mails, addresses } = options

  return {
    /**
     * Asks for the account's session besides the token. Otherwise who registers with somebody else's address would wait
     * for its owner to open the link, and be taken for them.
     * @throws {Problem} 403 `invalid_token`, 401 `session_ended`
     */
    async verify(principal: Principal, token: string): Promise<void> {
      await database.transaction(principal.tenantId, async ({ tx }) => {
        const { user, email } = await takeToken(tx, principal, token, 'verify-email')
        if (user.email !== email) throw invalidMailToken()
        await emailIsProven(tx, user, addresses)
        await revokeMailTokens(tx, user.id, ['verify-email'])
      })
    },

    /**
     * Does nothing where the address is proven already.
     * @throws {Problem} 401 `session_ended`, 429 `too_many_mails`
     */
    async resend({ tenantId, userId, sessionId }: Principal): Promise<void> {
      await database.transaction(tenantId, async ({ tx, emit }) => {
        const user = (await isOpen(tx, sessionId)) && (await lockUser(tx, userId))
        if (!user) throw sessionEnded()
        if (user.email_verified_at) return
        if (!(await mails.sendToken({ tx, emit }, user, 'verify-email'))) throw tooManyMails()
      })
    },

    /**
     * Sends a token to the new address; until it comes back the old one counts. Nobody is told whether the new one has
     * an account already but who reads its mails.
     * @throws {Problem} 403 `wrong_password`, 401 `session_ended`, 429 `too_many_attempts`, `too_many_mails`
     */
    async change(
      principal: Principal,
      { email, password }: { email: string; password: string },
    ): Promise<void> {
      const { succeeded } = await passwords.confirm(principal, password)
      await database.transaction(principal.tenantId, async ({ tx, emit }) => {
        await succeeded(tx)
        const user = await lockUser(tx, principal.userId)
        if (!user) throw sessionEnded()
        if (!(await mails.sendToken({ tx, emit }, user, 'change-email', email))) throw tooManyMails()
      })
    },

    /**
     * The new address counts from here on, and the old one is told.
     * @throws {Problem} 403 `invalid_token`, 401 `session_ended`, 409 `email_taken`
     */
    async confirmChange(principal: Principal, token: string): Promise<void> {
      const work = database.transaction(principal.tenantId, async ({ tx, emit }) => {
        const { user: before, email } = await takeToken(tx, principal, token, 'change-email')
        const after = await replaceEmail(tx, before.id, email)
        await emailIsProven(tx, after, addresses)
        // Whoever reads the old mailbox must not get in with what lies there.
        await revokeMailTokens(tx, after.id, ['reset-password', 'verify-email', 'change-email'])
        emit(userEmailChanged, {
          userId: after.id,
          email: after.email,
          name: after.name,
          locale: after.locale,
        })
        mails.tell(emit, after, 'email-changed', { to: before.email, newEmail: after.email })
      })
      await work.catch((error: unknown) => {
        throw isEmailTaken(error) ? emailTaken() : error
      })
    },
  }
}

/** @returns the user, locked, and the address that the token was sent to */
async function takeToken(
  tx: Kysely<IdentitySchema>,
  { userId, sessionId }: Principal,
  token: string,
  purpose: TokenPurpose,
): Promise<{ user: UserRow; email: string }> {
  if (!(await isOpen(tx, sessionId))) throw sessionEnded()
  const taken = await takeMailToken(tx, hashOf(token), purpose)
  // Somebody else's is not spent: what is thrown takes it back.
  if (taken?.user_id !== userId) throw invalidMailToken()
  const user = await lockUser(tx, userId)
  if (!user) throw sessionEnded()
  return { user, email: taken.email }
}

const tooManyMails = (): Problem =>
  tooManyRequests('too_many_mails', 'Three of these mails were sent within an hour. Look for them first.', {
    headers: { 'retry-after': '1200' },
  })
