import { may } from '@alta/kit/auth/policy'
import type { Principal } from '@alta/kit/auth/principal'
import type { Database } from '@alta/kit/database/database'
import { forbidden } from '@alta/kit/errors'
import { decodeCursor, listOf, pageOf, pageQuery } from '@alta/kit/http/pagination'
import { route } from '@alta/kit/http/route'
import { z } from 'zod'
import { contactOf } from '../contacts/contact.repository.ts'
import type { NotificationsSchema } from '../database/schema.ts'
import { caughtMails } from './caught-mail.repository.ts'

const caughtMail = z
  .object({
    id: z.string(),
    messageId: z.string().meta({ description: 'The Message-ID header.' }),
    from: z.string(),
    to: z.array(z.string()),
    subject: z.string(),
    text: z.string(),
    html: z.string(),
    receivedAt: z.iso.datetime(),
  })
  .meta({ id: 'CaughtMail' })

const position = z.string().regex(/^\d{1,18}$/)

/** Only there when the catcher is on. */
export const catcherRoutes = (database: Database<NotificationsSchema>) => [
  route({
    method: 'get',
    path: '/api/v1/notifications/caught',
    summary: 'Mails that the local catcher has kept, newest first',
    description:
      'Everybody sees mails to their own address; the permission mail-catcher:read shows all of them, in the tenant that runs the platform.',
    tag: 'notifications',
    policy: may('notifications:read'),
    query: z.object({
      ...pageQuery,
      to: z.email().optional().meta({ description: 'Only mails to this address.' }),
    }),
    answers: { 200: { description: 'One page', schema: listOf(caughtMail) } },
    handle: async ({ query: { to, limit, cursor }, principal }) => {
      const before = decodeCursor(position, cursor)
      const address = await visibleAddress(database, principal, to?.toLowerCase())
      const rows = await database.read(principal.tenantId, (tx) =>
        caughtMails(tx, { to: address, limit: limit + 1, before }),
      )
      const present = ({ sender, recipients, receivedAt, ...mail }: (typeof rows)[number]) => ({
        ...mail,
        from: sender,
        to: recipients,
        receivedAt: receivedAt.toISOString(),
      })
      return { status: 200, body: pageOf(rows, limit, present, ({ id }) => id) }
    },
  }),
]

/**
 * The address to look for; undefined means all.
 * @throws {Problem} 403 `forbidden` for another person's address
 */
async function visibleAddress(
  database: Database<NotificationsSchema>,
  { tenantId, userId, permissions }: Principal,
  wanted: string | undefined,
): Promise<string | undefined> {
  // Mails have no tenant: all of them are for whoever runs the platform, and for nobody who runs a tenant of it.
  if (permissions.has('mail-catcher:read')) return wanted
  const contact = await database.read(tenantId, (tx) => contactOf(tx, userId))
  const own = contact?.email.toLowerCase()
  // Before user.registered.v1 has arrived nobody's address is known: an empty page, and soon a full one.
  if (wanted !== undefined && own !== undefined && wanted !== own) {
    throw forbidden('forbidden', 'You may read mails to your own address only.')
  }
  return own ?? ''
}
