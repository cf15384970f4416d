import { requestConcerns } from '@alta/kit/audit/caller'
import type { Principal } from '@alta/kit/auth/principal'
import type { Database } from '@alta/kit/database/database'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { conflict, notFound, type Problem } from '@alta/kit/errors'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { IdentitySchema } from '../database/schema.ts'
import type { AccountMails } from '../mail-tokens/account-mails.ts'
import { sessionEnded } from '../sessions/session.problems.ts'
import { type Invitation, inviteUser } from '../users/invite-user.ts'
import { userById } from '../users/user.repository.ts'
import { endAllOfTenant } from './end-all-of-tenant.ts'
import {
  type CountedTenant,
  insertTenant,
  listTenants,
  renameTenant,
  setTenantDisabled,
  tenantById,
} from './tenant.repository.ts'

export type TenantService = ReturnType<typeof tenantService>

/**
 * What those who run the platform do to its tenants. It sees all of them, so each transaction is the system's; what is
 * in a tenant beside its people is not looked at.
 */
export function tenantService(database: Database<IdentitySchema>, mails: AccountMails) {
  return {
    /** @param page.before id of the last one already shown */
    list: (page: { limit: number; before: string | undefined }): Promise<CountedTenant[]> =>
      database.systemRead((tx) => listTenants(tx, page)),

    /**
     * With its first administrator, who is invited.
     * @throws {Problem} 409 `email_taken`: then there is no tenant either
     */
    async create(
      { userId }: Principal,
      { name, administrator }: { name: string; administrator: Omit<Invitation, 'roles'> },
    ): Promise<CountedTenant> {
      const id = randomUUIDv7()
      requestConcerns('tenant', id)
      return database.system(async ({ tx, emitFor }) => {
        const invitedBy = await userById(tx, userId)
        if (!invitedBy) throw sessionEnded()
        const tenant = await insertTenant(tx, { tenant_id: id, name })
        const invitation: Invitation = { ...administrator, roles: ['admin'] }
        await inviteUser({ tx, emit: emitFor(id) }, invitation, { tenant, invitedBy, mails })
        return { ...tenant, people: 1 }
      })
    },

    /** @throws {Problem} 404 `tenant_not_found` */
    async rename(id: string, name: string): Promise<CountedTenant> {
      return database.system(async ({ tx }) => {
        await renameTenant(tx, id, name)
        const tenant = await tenantById(tx, id)
        if (!tenant) throw noSuchTenant()
        return tenant
      })
    },

    /**
     * Nobody of it gets in any more, and whoever is in is out within seconds. Doing it twice is the same as once.
     * @throws {Problem} 404 `tenant_not_found`, 409 `platform_tenant`
     */
    async disable(id: string): Promise<void> {
      // Nobody would be left who could enable it again.
      if (id === DEFAULT_TENANT) throw platformTenant()
      await database.system(async ({ tx }) => {
        if (!(await setTenantDisabled(tx, id, true))) throw noSuchTenant()
        await endAllOfTenant(tx, id)
      })
    },

    /**
     * Signing in is possible again; what has ended stays so.
     * @throws {Problem} 404 `tenant_not_found`
     */
    async enable(id: string): Promise<void> {
      await database.system(async ({ tx }) => {
        if (!(await setTenantDisabled(tx, id, false))) throw noSuchTenant()
      })
    },
  }
}

const noSuchTenant = (): Problem => notFound('tenant_not_found', 'There is no such tenant.')

const platformTenant = (): Problem =>
  conflict('platform_tenant', 'This tenant runs the platform; it cannot be disabled.')
