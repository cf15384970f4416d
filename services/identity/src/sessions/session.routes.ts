import { anyone, signedIn } from '@alta/kit/auth/policy'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { password } from '../passwords/password.schema.ts'
import { normalisedEmail, userResource } from '../users/user.schema.ts'
import type { SessionService } from './session.service.ts'

const opaqueToken = z.string().min(1).max(200)

const signedInAnswer = z
  .object({
    accessToken: z.string(),
    /** Works once: the answer to its use carries the next one. */
    refreshToken: z.string(),
    tokenType: z.literal('Bearer'),
    expiresIn: z.number().int().describe('Seconds until the access token expires.'),
    user: userResource,
    deviceToken: z
      .string()
      .optional()
      .describe('Only when it was asked for and is new: keep it for later sign-ins.'),
  })
  .meta({ id: 'SignedIn' })

/** Tokens must not stay behind in any cache on the way. */
const notStored = { 'cache-control': 'no-store' }

export const sessionRoutes = (sessions: SessionService): Route[] => [
  route({
    method: 'post',
    path: '/api/v1/auth/login',
    summary: 'Sign in',
    tag: 'auth',
    policy: anyone,
    description:
      'After five wrong passwords for one account from one place the next attempt has to wait, from a second up to a quarter of an hour. Who signs in with the token of a device that has signed in before is held up by their own mistakes alone.',
    body: z.object({
      email: normalisedEmail,
      password,
      deviceToken: opaqueToken.optional().describe('From an earlier sign-in of this user on this device.'),
      rememberDevice: z.boolean().default(false).describe('Whether the answer should carry a `deviceToken`.'),
    }),
    answers: {
      200: { description: 'Signed in', schema: signedInAnswer },
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
