import { z } from 'zod'
import { event } from '../event.ts'

export const emailSent = event({
  topic: 'email.sent.v1',
  owner: 'notifications',
  summary: 'The mail server has taken a message.',
  schema: z.object({
    messageId: z.uuid(),
    attempts: z.number().int().min(1),
  }),
  example: {
    messageId: '019a9d2e-0000-7000-8000-000000000007',
    attempts: 1,
  },
  subject: (data) => data.messageId,
})
