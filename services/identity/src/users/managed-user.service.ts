import type { Role } from '@alta/kit/auth/permissions'
import type { Principal } from '@alta/kit/auth/principal'
import type { Database } from '@alta/kit/database/database'
import { conflict, notFound, type Problem } from '@alta/kit/errors'
import { revokeKeys } from '../api-keys/api-key.repository.ts'
import type { IdentitySchema } from '../database/schema.ts'
import type { AccountMails } from '../mail-tokens/account-mails.ts'
import { revokeMailTokens } from '../mail-tokens/mail-token.repository.ts'
import { endTokensOf } from '../revocations/revocation.repository.ts'
import { removeChallengesOf } from '../second-factors/challenge.repository.ts'
import { lockFactor, removeFactor } from '../second-factors/second-factor.repository.ts'
import { sessionEnded } from '../sessions/session.problems.ts'
import { endSessionsOf } from '../sessions/session.repository.ts'
import { holdTenant } from '../tenants/tenant.repository.ts'
import { type Invitation, inviteUser } from './invite-user.ts'
import { listUsers, setDisabled, setRoles } from './managed-user.repository.ts'
import { mayGive } from './may-give.ts'
import { lockUser, type UserRow, userById } from './user.repository.ts'

export type ManagedUserService = ReturnType<typeof managedUserService>

/** What those with `users:manage` do to the accounts of their tenant. All of it throws 404 `user_not_found`. */
export function managedUserService(database: Database<IdentitySchema>, mails: AccountMails) {
  return {
    /** @param page.before id of the last one already shown */
    list: (
      { tenantId }: Principal,
      page: { limit: number; before: string | undefined },
    ): Promise<UserRow[]> => database.read(tenantId, (tx) => listUsers(tx, page)),

    /**
     * Into the tenant of whoever invites.
     * @throws {Problem} 403 `forbidden` for a role that can do more than who gives it; 409 `email_taken`
     */
    async invite(principal: Principal, invitation: Invitation): Promise<UserRow> {
      const { tenantId, userId } = principal
      mayGive(principal, invitation.roles)
      return database.transaction(tenantId, async ({ tx, emit }) => {
        const tenant = await holdTenant(tx, tenantId)
        const invitedBy = await userById(tx, userId)
        if (!tenant || !invitedBy) throw sessionEnded()
        return inviteUser({ tx, emit }, invitation, { tenant, invitedBy, mails })
      })
    },

    async get({ tenantId }: Principal, id: string): Promise<UserRow> {
      const user = await database.read(tenantId, (tx) => userById(tx, id))
      if (!user) throw noSuchUser()
      return user
    },

    /**
     * Nobody gets in as this user any more, and whoever is in is out within seconds: sessions, keys and access tokens
     * have ended, and what lies in mailboxes opens nothing. Doing it twice is the same as once.
     * @throws {Problem} 409 `own_account`
     */
    async disable(principal: Principal, id: string): Promise<void> {
      if (id === principal.userId) throw ownAccount()
      await database.transaction(principal.tenantId, async ({ tx }) => {
        if (!(await lockUser(tx, id))) throw noSuchUser()
        await setDisabled(tx, id, true)
        await removeChallengesOf(tx, id)
        await endSessionsOf(tx, id, { reason: 'user-disabled' })
        await revokeMailTokens(tx, id, ['reset-password', 'verify-email', 'change-email'])
        await revokeKeys(tx, id)
        await endTokensOf(tx, id)
      })
    },

    /** Signing in is possible again; what has ended stays so. */
    async enable({ tenantId }: Principal, id: string): Promise<void> {
      await database.transaction(tenantId, async ({ tx }) => {
        if (!(await lockUser(tx, id))) throw noSuchUser()
        await setDisabled(tx, id, false)
      })
    },

    /**
     * For who has lost app and recovery codes. Whoever is in is out, and signs in with the password alone; the owner is
     * told, in case it was not them who asked for it.
     * @throws {Problem} 404 `totp_not_enabled`, 409 `own_account`
     */
    async removeSecondFactor(principal: Principal, id: string): Promise<void> {
      // One's own is removed with a proof by all factors.
      if (id === principal.userId) throw ownAccount()
      await database.transaction(principal.tenantId, async ({ tx, emit }) => {
        const user = await lockUser(tx, id)
        if (!user) throw noSuchUser()
        if (!(await lockFactor(tx, id))?.confirmed_at) throw noSecondFactor()
        await removeFactor(tx, id)
        await removeChallengesOf(tx, id)
        await endSessionsOf(tx, id, { reason: 'revoked' })
        mails.tellOfChange(emit, user, 'second-factor-removed-for-you')
      })
    },

    /**
     * Access tokens that say otherwise have ended within seconds; sessions go on with the new roles.
     * @throws {Problem} 403 `forbidden` for a role that can do more than who gives it; 409 `own_account`
     */
    async setRoles(principal: Principal, id: string, roles: readonly Role[]): Promise<void> {
      // Who takes the last administrator's role away, their own, could not give it back.
      if (id === principal.userId) throw ownAccount()
      mayGive(principal, roles)
      await database.transaction(principal.tenantId, async ({ tx }) => {
        const user = await lockUser(tx, id)
        if (!user) throw noSuchUser()
        if (sameRoles(user.roles, roles)) return
        await setRoles(tx, id, roles)
        await endTokensOf(tx, id)
      })
    },
  }
}

const sameRoles = (before: readonly string[], after: readonly string[]): boolean =>
  [...before].sort().join() === [...after].sort().join()

const noSuchUser = (): Problem => notFound('user_not_found', 'There is no such user.')

const noSecondFactor = (): Problem => notFound('totp_not_enabled', 'This user has no app that is set up.')

const ownAccount = (): Problem =>
  conflict('own_account', 'This is your own account; somebody else has to do it.')
