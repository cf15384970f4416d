import { z } from 'zod'
import { event } from '../event.ts'
import { emailTemplate } from '../resources/email.ts'

export const emailSendRequested = event({
  topic: 'email.send-requested.v1',
  owner: 'every service',
  summary: 'A person has to be told something by e-mail.',
  schema: z.object({
    messageId: z.uuid(),
    recipient: z.object({
      userId: z.uuid(),
      /** Given when the address is not yet known from user.registered.v1. */
      email: z.email().optional(),
      name: z.string().optional(),
    }),
    template: emailTemplate,
    /** Values for the template, plain text. */
    parameters: z.record(z.string(), z.string()),
  }),
  example: {
    messageId: '019a9d2e-0000-7000-8000-000000000007',
    recipient: { userId: '019a9d2e-0000-7000-8000-000000000001' },
    template: 'item-approved',
    parameters: { title: 'A letter', itemId: '019a9d2e-0000-7000-8000-000000000004' },
  },
  subject: (data) => data.messageId,
})
