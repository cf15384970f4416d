import { z } from 'zod'
import { event } from '../event.ts'

export const userEmailChanged = event({
  topic: 'user.email-changed.v1',
  owner: 'identity',
  summary: 'A person has another e-mail address, and has proven that it is theirs.',
  schema: z.object({ userId: z.uuid(), email: z.email(), name: z.string(), locale: z.string() }),
  example: {
    userId: '019a9d2e-0000-7000-8000-000000000001',
    email: 'ada@example.com',
    name: 'Ada Lovelace',
    locale: 'en',
  },
  subject: (data) => data.userId,
})
