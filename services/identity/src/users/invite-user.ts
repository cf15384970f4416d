import { userRegistered } from '@alta/contracts/events/user-registered.v1'
import type { Role } from '@alta/kit/auth/permissions'
import type { Emit } from '@alta/kit/database/database'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { Kysely } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'
import type { AccountMails } from '../mail-tokens/account-mails.ts'
import type { TenantRow } from '../tenants/tenant.repository.ts'
import { emailTaken } from './user.problems.ts'
import { insertUser, type UserRow } from './user.repository.ts'

export interface Invitation {
  /** Normalised. */
  email: string
  name: string
  locale: string
  roles: readonly Role[]
}

/**
 * An account without a password, and a mail with which its owner chooses one; that proves the address as well.
 * @throws {Problem} 409 `email_taken`, whatever tenant the other account is of
 */
export async function inviteUser(
  { tx, emit }: { tx: Kysely<IdentitySchema>; emit: Emit },
  { email, name, locale, roles }: Invitation,
  { tenant, invitedBy, mails }: { tenant: TenantRow; invitedBy: UserRow; mails: AccountMails },
): Promise<UserRow> {
  const user = await insertUser(tx, {
    id: randomUUIDv7(),
    tenant_id: tenant.tenant_id,
    email,
    name,
    locale,
    roles: [...new Set(roles)],
  })
  if (!user) throw emailTaken()
  emit(userRegistered, { userId: user.id, email, name, locale })
  await mails.invite({ tx, emit }, user, { tenant: tenant.name, invitedBy: invitedBy.name })
  return user
}
