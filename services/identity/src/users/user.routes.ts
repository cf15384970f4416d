import { anyone, signedInOrKey } from '@alta/kit/auth/policy'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { newPassword } from '../passwords/password.schema.ts'
import { locale, normalisedEmail, personName, userResource } from './user.schema.ts'
import type { UserService } from './user.service.ts'

export const userRoutes = (users: UserService): Route[] => [
  route({
    method: 'post',
    path: '/api/v1/auth/register',
    summary: 'Sign up',
    limits: { policies: ['sign-in'] },
    description: 'A welcome e-mail follows, with a token that confirms the address.',
    tag: 'auth',
    policy: anyone,
    idempotent: true,
    body: z.object({
      email: normalisedEmail,
      password: newPassword,
      name: personName,
      locale: locale.default('en'),
    }),
    answers: { 201: { description: 'Signed up', schema: z.object({ user: userResource }) } },
    handle: async ({ body }) => ({ status: 201, body: { user: await users.register(body) } }),
  }),

  route({
    method: 'get',
    path: '/api/v1/auth/me',
    summary: 'Who am I',
    description: 'With a key: whose it is.',
    tag: 'auth',
    policy: signedInOrKey,
    answers: { 200: { description: 'The signed-in user', schema: userResource } },
    handle: async ({ principal }) => ({ status: 200, body: await users.me(principal) }),
  }),
]
