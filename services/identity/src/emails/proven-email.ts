import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import type { Kysely } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'
import { giveRole, markEmailVerified, type UserRow } from '../users/user.repository.ts'

/**
 * What an address gives to its owner in the platform's own tenant, and only once it is proven: somebody else could have
 * registered with it first. Nothing else waits for the proof yet.
 */
export interface AddressRoles {
  /** Normalised addresses. */
  readonly admin: ReadonlySet<string>
}

/** The user has shown a token that was sent to this address and nowhere else. */
export async function emailIsProven(
  tx: Kysely<IdentitySchema>,
  user: Pick<UserRow, 'id' | 'email' | 'tenant_id'>,
  addresses: AddressRoles,
): Promise<void> {
  await markEmailVerified(tx, user.id)
  if (user.tenant_id === DEFAULT_TENANT && addresses.admin.has(user.email))
    await giveRole(tx, user.id, 'admin')
}
