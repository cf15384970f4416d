import { signedIn } from '@alta/kit/auth/policy'
import { recently } from '@alta/kit/auth/step-up'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { mailToken } from '../mail-tokens/mail-token.schema.ts'
import { password } from '../passwords/password.schema.ts'
import { normalisedEmail } from '../users/user.schema.ts'
import type { EmailService } from './email.service.ts'

export const emailRoutes = (emails: EmailService): Route[] => [
  route({
    method: 'post',
    path: '/api/v1/auth/verify-email',
    summary: 'Confirm an address',
    description:
      'With the token of the welcome mail, or of a later one, by the user whose it is. Roles that the address gives are in the next access token.',
    tag: 'auth',
    policy: signedIn,
    body: z.object({ token: mailToken }),
    answers: { 204: { description: 'Confirmed' } },
    handle: async ({ principal, body }) => {
      await emails.verify(principal, body.token)
      return { status: 204 }
    },
  }),

  route({
    method: 'post',
    path: '/api/v1/auth/verify-email/resend',
    summary: 'Ask for another mail to confirm the address',
    description: 'Three an hour at most. None is sent for an address that is confirmed.',
    tag: 'auth',
    policy: signedIn,
    answers: {
      202: { description: 'A mail follows' },
      429: { description: '`too_many_mails`' },
    },
    handle: async ({ principal }) => {
      await emails.resend(principal)
      return { status: 202 }
    },
  }),

  route({
    method: 'post',
    path: '/api/v1/auth/change-email',
    summary: 'Change the e-mail address',
    limits: { policies: ['sign-in'] },
    description:
      'A mail with a token goes to the new address; until it is used the old one counts. Three an hour at most, and as many to one address.',
    tag: 'auth',
    policy: recently(signedIn),
    body: z.object({ email: normalisedEmail, password }),
    answers: {
      202: { description: 'A mail follows' },
      429: {
        description: '`too_many_attempts`: `Retry-After` says how many seconds to wait; `too_many_mails`',
      },
    },
    handle: async ({ principal, body }) => {
      await emails.change(principal, body)
      return { status: 202 }
    },
  }),

  route({
    method: 'post',
    path: '/api/v1/auth/change-email/confirm',
    summary: 'Confirm the new address',
    description:
      'By the user who asked for it. From here on it counts, and the old one is told. 409 when it has an account meanwhile.',
    tag: 'auth',
    policy: signedIn,
    body: z.object({ token: mailToken }),
    answers: { 204: { description: 'Changed' } },
    handle: async ({ principal, body }) => {
      await emails.confirmChange(principal, body.token)
      return { status: 204 }
    },
  }),
]
