import { emailSendRequested } from '@alta/contracts/events/email-send-requested.v1'
import { userRegistered } from '@alta/contracts/events/user-registered.v1'
import type { Principal } from '@alta/kit/auth/principal'
import type { Database } from '@alta/kit/database/database'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { IdentitySchema } from '../database/schema.ts'
import type { AccountMails } from '../mail-tokens/account-mails.ts'
import type { Passwords } from '../passwords/passwords.ts'
import { sessionEnded } from '../sessions/session.problems.ts'
import { isOpen } from '../sessions/session.repository.ts'
import { emailTaken } from './user.problems.ts'
import { insertPasswordHash, insertUser, type UserRow, userById } from './user.repository.ts'
import type { UserResource } from './user.schema.ts'

export interface Registration {
  /** Normalised. */
  email: string
  password: string
  name: string
  locale: string
}

export type UserService = ReturnType<typeof userService>

export function userService(options: {
  database: Database<IdentitySchema>
  passwords: Passwords
  mails: AccountMails
}) {
  const { database, passwords, mails } = options

  return {
    /** @throws {Problem} 409 `email_taken` */
    async register({ email, password, name, locale }: Registration): Promise<UserResource> {
      const hash = await passwords.hash(password)
      return database.transaction(DEFAULT_TENANT, async ({ tx, emit }) => {
        const user = await insertUser(tx, {
          id: randomUUIDv7(),
          tenant_id: DEFAULT_TENANT,
          email,
          name,
          locale,
          roles: ['member'],
        })
        if (!user) throw emailTaken()
        await insertPasswordHash(tx, user, hash)
        emit(userRegistered, { userId: user.id, email, name, locale })
        emit(emailSendRequested, {
          messageId: randomUUIDv7(),
          recipient: { userId: user.id, email, name },
          template: 'welcome',
          parameters: {
            name,
            locale,
            sealedToken: await mails.newSealedToken(tx, user, 'verify-email', email),
          },
        })
        return present(user)
      })
    },

    /** @throws {Problem} 401 `session_ended` */
    async me({ tenantId, userId, sessionId, byKey }: Principal): Promise<UserResource> {
      return database.read(tenantId, async (tx) => {
        // A key has no session; that it has ended the verifier knows.
        const open = byKey || (await isOpen(tx, sessionId))
        const user = open && (await userById(tx, userId))
        if (!user) throw sessionEnded()
        return present(user)
      })
    },
  }
}

export const present = (user: UserRow): UserResource => ({
  id: user.id,
  tenantId: user.tenant_id,
  email: user.email,
  emailVerified: user.email_verified_at !== null,
  name: user.name,
  locale: user.locale,
  roles: user.roles,
  createdAt: user.created_at.toISOString(),
})
