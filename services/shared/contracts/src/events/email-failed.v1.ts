import { z } from 'zod'
import { event } from '../event.ts'

export const emailFailed = event({
  topic: 'email.failed.v1',
  owner: 'notifications',
  summary: 'A message could not be handed to the mail server, for good.',
  schema: z.object({
    messageId: z.uuid(),
    attempts: z.number().int().min(1),
    detail: z.string(),
  }),
  example: {
    messageId: '019a9d2e-0000-7000-8000-000000000007',
    attempts: 4,
    detail: '550 no such user',
  },
  subject: (data) => data.messageId,
})
