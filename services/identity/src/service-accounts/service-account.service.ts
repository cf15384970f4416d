import type { Role } from '@alta/kit/auth/permissions'
import type { Principal } from '@alta/kit/auth/principal'
import type { Database } from '@alta/kit/database/database'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { IdentitySchema } from '../database/schema.ts'
import { mayGive } from '../users/may-give.ts'
import type { UserRow } from '../users/user.repository.ts'
import { insertServiceAccount } from '../users/user.repository.ts'

export type ServiceAccountService = ReturnType<typeof serviceAccountService>

/** Accounts of programs: no password, no mailbox, keys only, and a person who answers for them. */
export function serviceAccountService(database: Database<IdentitySchema>) {
  return {
    /** @throws {Problem} 403 `forbidden` for a role that can do more than who gives it */
    async create(
      principal: Principal,
      { name, roles }: { name: string; roles: readonly Role[] },
    ): Promise<UserRow> {
      mayGive(principal, roles)
      const id = randomUUIDv7()
      return database.transaction(principal.tenantId, ({ tx }) =>
        insertServiceAccount(tx, {
          id,
          tenant_id: principal.tenantId,
          // Unique, and nobody's: RFC 2606 keeps the domain from ever having a mailbox.
          email: `${id}@service-account.invalid`,
          name,
          locale: 'en',
          roles: [...roles],
          kind: 'service',
          owner_id: principal.userId,
        }),
      )
    },
  }
}
