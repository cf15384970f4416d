import { requestConcerns } from '@alta/kit/audit/caller'
import type { Database } from '@alta/kit/database/database'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { liveKeysOf, revokeKeys } from '../api-keys/api-key.repository.ts'
import type { AttemptGuard } from '../attempts/attempt-guard.ts'
import type { IdentitySchema } from '../database/schema.ts'
import { type AddressRoles, emailIsProven } from '../emails/proven-email.ts'
import { hashOf } from '../keys/opaque-token.ts'
import { type AccountMails, invalidMailToken } from '../mail-tokens/account-mails.ts'
import { revokeMailTokens, takeMailToken, validMailToken } from '../mail-tokens/mail-token.repository.ts'
import { removeChallengesOf } from '../second-factors/challenge.repository.ts'
import { endSessionsOf } from '../sessions/session.repository.ts'
import { activePersonByEmail, activeUserById, setPasswordHash } from '../users/user.repository.ts'
import type { Passwords } from './passwords.ts'
import { insertResetRequest, takeResetRequests } from './reset-request.repository.ts'

const REQUESTS_AT_ONCE = 20

export interface Reset {
  token: string
  newPassword: string
  /** A reset is what one does when somebody else may have got in, and a key outlives the password it was made with. */
  endApiKeys: boolean
}

export type PasswordResetService = ReturnType<typeof passwordResetService>

export function passwordResetService(options: {
  database: Database<IdentitySchema>
  passwords: Passwords
  guard: AttemptGuard
  mails: AccountMails
  addresses: AddressRoles
}) {
  const { database, passwords, guard, mails, addresses } = options

  return {
    /**
     * Writes the request down, for every address alike, and does nothing else: neither the answer nor the time that it
     * takes tells whether there is such an account, nor of which tenant. What becomes of it is done by `answerRequests`.
     */
    async request(email: string): Promise<void> {
      await database.transaction(DEFAULT_TENANT, ({ tx }) =>
        insertResetRequest(tx, { id: randomUUIDv7(), tenant_id: DEFAULT_TENANT, email }),
      )
    },

    /** Sends the mails that were asked for. */
    async answerRequests(): Promise<void> {
      let taken: number
      do {
        taken = await database.system(async ({ tx, emitFor }) => {
          const requests = await takeResetRequests(tx, REQUESTS_AT_ONCE)
          for (const { email } of requests) {
            const user = await activePersonByEmail(tx, email)
            if (user) await mails.sendToken({ tx, emit: emitFor(user.tenant_id) }, user, 'reset-password')
          }
          return requests.length
        })
      } while (taken === REQUESTS_AT_ONCE)
    },

    /**
     * Ends every session of the user and, unless told otherwise, every key, and forgets where they used to sign in: whoever knew the old password is a
     * stranger now.
     * @throws {Problem} 403 `invalid_token`, 503 `too_busy`
     */
    async confirm({ token, newPassword, endApiKeys }: Reset): Promise<void> {
      const hash = hashOf(token)
      const valid = await database.systemRead((tx) => validMailToken(tx, hash, 'reset-password'))
      // Before anything is hashed: what is made up costs nothing.
      if (!valid) throw invalidMailToken()
      requestConcerns('user', valid.user_id, valid.tenant_id)
      const passwordHash = await passwords.hash(newPassword)
      await database.transaction(valid.tenant_id, async ({ tx, emit }) => {
        const taken = await takeMailToken(tx, hash, 'reset-password')
        const user = taken && (await activeUserById(tx, taken.user_id))
        if (!user || user.email !== taken.email) throw invalidMailToken()
        const isChange = await setPasswordHash(tx, user, passwordHash)
        await removeChallengesOf(tx, user.id)
        await endSessionsOf(tx, user.id, { reason: 'password-changed' })
        await revokeMailTokens(tx, user.id, ['reset-password', 'change-email'])
        await emailIsProven(tx, user, addresses)
        await guard.signIn(user.email).reclaimed(tx, user)
        const keysEnded = endApiKeys ? await revokeKeys(tx, user.id) : 0
        const keysLeft = endApiKeys ? 0 : (await liveKeysOf(tx, user.id)).length
        // A first password is what the mail of the invitation was for.
        if (isChange)
          mails.tell(emit, user, 'password-changed', {
            keysEnded: String(keysEnded),
            keysLeft: String(keysLeft),
          })
      })
    },
  }
}
