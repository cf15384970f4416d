import type { Kysely } from 'kysely'
import type { NotificationsSchema } from '../database/schema.ts'

export interface Contact {
  readonly email: string
  readonly name: string
  /** BCP 47, as the person chose it. */
  readonly locale: string
}

export async function contactOf(
  tx: Kysely<NotificationsSchema>,
  userId: string,
): Promise<Contact | undefined> {
  return tx
    .selectFrom('contacts')
    .select(['email', 'name', 'locale'])
    .where('user_id', '=', userId)
    .executeTakeFirst()
}

export async function saveContact(
  tx: Kysely<NotificationsSchema>,
  { tenantId, userId, ...contact }: Contact & { tenantId: string; userId: string },
): Promise<void> {
  await tx
    .insertInto('contacts')
    .values({ user_id: userId, tenant_id: tenantId, ...contact })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ ...contact, updated_at: new Date() }))
    .execute()
}
