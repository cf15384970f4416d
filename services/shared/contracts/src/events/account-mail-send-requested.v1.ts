import { z } from 'zod'
import { event } from '../event.ts'
import { accountMailTemplate } from '../resources/email.ts'

export const accountMailSendRequested = event({
  topic: 'account-mail.send-requested.v1',
  owner: 'identity',
  summary: 'Somebody has to be told something about their account, at this address.',
  schema: z.object({
    messageId: z.uuid(),
    recipient: z.object({ userId: z.uuid(), email: z.email(), name: z.string() }),
    template: accountMailTemplate,
    /** Values for the template, plain text; `sealedToken` can be read by `notifications` alone. */
    parameters: z.record(z.string(), z.string()),
  }),
  example: {
    messageId: '019a9d2e-0000-7000-8000-000000000008',
    recipient: {
      userId: '019a9d2e-0000-7000-8000-000000000001',
      email: 'ada@example.org',
      name: 'Ada Lovelace',
    },
    template: 'password-changed',
    parameters: { locale: 'en' },
  },
  subject: (data) => data.messageId,
})
