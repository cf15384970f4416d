import { accountMailTemplate, emailTemplate } from '@alta/contracts/resources/email'
import { may } from '@alta/kit/auth/policy'
import type { Database } from '@alta/kit/database/database'
import { decodeCursor, listOf, pageOf, pageQuery } from '@alta/kit/http/pagination'
import { route } from '@alta/kit/http/route'
import { z } from 'zod'
import type { NotificationsSchema } from '../database/schema.ts'
import { type MessageRow, messagesOf } from './message.repository.ts'

const notificationResource = z
  .object({
    id: z.uuid(),
    template: z.enum([...emailTemplate.options, ...accountMailTemplate.options]),
    status: z.enum(['queued', 'sending', 'sent', 'retried', 'failed']).meta({
      description: '`retried`: the mail server did not take it and is asked again; `failed`: for good.',
    }),
    attempts: z.number().int().min(0),
    email: z.string().nullable(),
    subject: z.string().nullable(),
    detail: z.string().nullable().meta({ description: 'Why it has not been sent.' }),
    createdAt: z.iso.datetime(),
    sentAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Notification' })

const position = z.string().regex(/^\d{1,18}$/)

export const messageRoutes = (database: Database<NotificationsSchema>) => [
  route({
    method: 'get',
    path: '/api/v1/notifications',
    summary: 'Messages sent to you, newest first',
    tag: 'notifications',
    policy: may('notifications:read'),
    query: z.object(pageQuery),
    answers: { 200: { description: 'One page', schema: listOf(notificationResource) } },
    handle: async ({ query: { limit, cursor }, principal: { tenantId, userId } }) => {
      const before = decodeCursor(position, cursor)
      const rows = await database.read(tenantId, (tx) => messagesOf(tx, userId, { limit: limit + 1, before }))
      return { status: 200, body: pageOf(rows, limit, present, ({ position }) => position) }
    },
  }),
]

const present = ({
  messageId,
  createdAt,
  sentAt,
  ...row
}: MessageRow): z.input<typeof notificationResource> => ({
  id: messageId,
  template: row.template,
  status: row.status,
  attempts: row.attempts,
  email: row.email,
  subject: row.subject,
  detail: row.detail,
  createdAt: createdAt.toISOString(),
  sentAt: sentAt?.toISOString() ?? null,
})
