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

/** @param contact.knownAt when it became so; what became so later stays */
export async function saveContact(
  tx: Kysely<NotificationsSchema>,
  { tenantId, userId, knownAt, ...contact }: Contact & { tenantId: string; userId: string; knownAt: Date },
): Promise<void> {
  await tx
    .insertInto('contacts')
    .values({ user_id: userId, tenant_id: tenantId, ...contact, updated_at: knownAt })
    .onConflict((conflict) =>
      conflict
        .column('user_id')
        .doUpdateSet({ ...contact, updated_at: knownAt })
        .where('contacts.updated_at', '<=', knownAt),
    )
    .execute()
}
