import { z } from 'zod'
import { event } from '../event.ts'

export const userRegistered = event({
  topic: 'user.registered.v1',
  owner: 'identity',
  summary: 'A person has signed up.',
  schema: z.object({ userId: z.uuid(), email: z.email(), name: z.string(), locale: z.string() }),
  example: {
    userId: '019a9d2e-0000-7000-8000-000000000001',
    email: 'ada@example.org',
    name: 'Ada Lovelace',
    locale: 'en',
  },
  subject: (data) => data.userId,
})
