import type { userEmailChanged } from '@alta/contracts/events/user-email-changed.v1'
import type { userRegistered } from '@alta/contracts/events/user-registered.v1'
import type { HandlerScope } from '@alta/kit/events/handlers'
import type { z } from 'zod'
import type { NotificationsSchema } from '../database/schema.ts'
import { saveContact } from './contact.repository.ts'

/**
 * Handles user.registered.v1 and user.email-changed.v1: from now on the person can be written to at this address.
 * Events may come in any order; the one that happened last counts.
 */
export async function recordContact(
  {
    userId,
    email,
    name,
    locale,
  }: z.output<typeof userRegistered.schema> | z.output<typeof userEmailChanged.schema>,
  { tx, message }: HandlerScope<NotificationsSchema>,
): Promise<void> {
  await saveContact(tx, { tenantId: message.tenantId, userId, email, name, locale, knownAt: message.time })
}
