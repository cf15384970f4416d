import { anyone, signedIn } from '@alta/kit/auth/policy'
import { recently } from '@alta/kit/auth/step-up'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { mailToken } from '../mail-tokens/mail-token.schema.ts'
import { normalisedEmail } from '../users/user.schema.ts'
import { newPassword, password } from './password.schema.ts'
import type { PasswordService } from './password.service.ts'
import type { PasswordResetService } from './password-reset.service.ts'

export const passwordRoutes = (passwords: PasswordService, resets: PasswordResetService): Route[] => [
  route({
    method: 'post',
    path: '/api/v1/auth/change-password',
    summary: 'Change the password',
    limits: { policies: ['sign-in'] },
    description: 'Ends every other session of the user. A mail tells that it was done.',
    tag: 'auth',
    policy: recently(signedIn),
    body: z.object({ currentPassword: password, newPassword }),
    answers: {
      204: { description: 'Changed' },
      429: { description: '`too_many_attempts`: `Retry-After` says how many seconds to wait' },
    },
    handle: async ({ principal, body }) => {
      await passwords.change(principal, body)
      return { status: 204 }
    },
  }),

  route({
    method: 'post',
    path: '/api/v1/auth/password-reset',
    summary: 'Ask for a new password by mail',
    limits: { policies: ['sign-in'] },
    description:
      'The answer is the same whether or not there is an account with the address. If there is, a mail with a token follows within seconds, at most three an hour.',
    tag: 'auth',
    policy: anyone,
    body: z.object({ email: normalisedEmail }),
    answers: { 202: { description: 'Written down' } },
    handle: async ({ body }) => {
      await resets.request(body.email)
      return { status: 202 }
    },
  }),

  route({
    method: 'post',
    path: '/api/v1/auth/password-reset/confirm',
    summary: 'Choose a new password',
    limits: { policies: ['sign-in'] },
    description:
      'The token of the mail works once, for half an hour. Ends every session of the user and, unless told otherwise, all keys; a mail tells what was done.',
    tag: 'auth',
    policy: anyone,
    body: z.object({
      token: mailToken,
      newPassword,
      endApiKeys: z
        .boolean()
        .default(true)
        .describe('Ends all keys of the account as well, for whoever got in may have made one.'),
    }),
    answers: { 204: { description: 'Changed; sign in with it' } },
    handle: async ({ body }) => {
      await resets.confirm(body)
      return { status: 204 }
    },
  }),
]
