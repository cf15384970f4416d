import { anyone, signedIn } from '@alta/kit/auth/policy'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { password } from '../passwords/password.schema.ts'
import { normalisedEmail } from '../users/user.schema.ts'
import { codeNeeded, opaqueToken, rememberedDevice, signedInAnswer } from './session.schema.ts'
import type { SessionService } from './session.service.ts'

/** Tokens must not stay behind in any cache on the way. */
const notStored = { 'cache-control': 'no-store' }

export const sessionRoutes = (sessions: SessionService): Route[] => [
  route({
    method: 'post',
    path: '/api/v1/auth/login',
    summary: 'Sign in',
    limits: { policies: ['sign-in'] },
    tag: 'auth',
    policy: anyone,
    description:
      'After five wrong passwords for one account from one place the next attempt has to wait, from a second up to a quarter of an hour. Who signs in with the token of a device that has signed in before is held up by their own mistakes alone.',
    body: z.object({
      email: normalisedEmail,
      password,
      ...rememberedDevice,
    }),
    answers: {
      200: {
        description: 'Signed in; or, for who has a second factor, what the code is to be sent with',
        schema: z.union([signedInAnswer, codeNeeded]),
      },
      403: { description: '`account_disabled`, to who has shown the right password' },
      429: { description: '`too_many_attempts`: `Retry-After` says how many seconds to wait' },
    },
    handle: async ({ body }) => ({
      status: 200,
      body: await sessions.login(body),
      headers: notStored,
    }),
  }),

  route({
    method: 'post',
    path: '/api/v1/auth/refresh',
    summary: 'Get a new access token',
    // Everybody of an office does it every ten minutes.
    limits: { policies: ['refresh'] },
    description:
      'The refresh token works once; the answer carries its successor. Using one again ends the session, except within seconds and before the successor was used: then the same successor comes back.',
    tag: 'auth',
    policy: anyone,
    body: z.object({ refreshToken: opaqueToken }),
    answers: { 200: { description: 'Signed in further', schema: signedInAnswer } },
    handle: async ({ body }) => ({
      status: 200,
      body: await sessions.refresh(body.refreshToken),
      headers: notStored,
    }),
  }),

  route({
    method: 'post',
    path: '/api/v1/auth/logout',
    summary: 'Sign out',
    description: 'Ends the session of the access token: none of its refresh tokens works any more.',
    tag: 'auth',
    policy: signedIn,
    answers: { 204: { description: 'Signed out' } },
    handle: async ({ principal }) => {
      await sessions.logout(principal)
      return { status: 204 }
    },
  }),
]
