import { signedIn } from '@alta/kit/auth/policy'
import { recently } from '@alta/kit/auth/step-up'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import type { SecondFactorService } from './second-factor.service.ts'

export const secondFactorCode = z
  .string()
  .trim()
  .min(6)
  .max(40)
  .describe('Six digits of the app, or a recovery code.')

const recoveryCodes = z
  .object({ recoveryCodes: z.array(z.string()).describe('Each works once; they are never shown again.') })
  .meta({ id: 'RecoveryCodes' })

/** Secrets must not stay behind in any cache on the way. */
const notStored = { 'cache-control': 'no-store' }

const needsProof = 'Needs a sign-in or a step-up within the last five minutes.'

export const secondFactorRoutes = (factors: SecondFactorService): Route[] => [
  route({
    method: 'get',
    path: '/api/v1/auth/totp',
    summary: 'Whether signing in takes a code',
    tag: 'auth',
    policy: signedIn,
    answers: {
      200: {
        description: 'The state',
        schema: z.object({ enabled: z.boolean(), recoveryCodesLeft: z.number().int() }),
      },
    },
    handle: async ({ principal }) => ({ status: 200, body: await factors.state(principal) }),
  }),

  route({
    method: 'post',
    path: '/api/v1/auth/totp',
    summary: 'Set up an authenticator app',
    description: `Shows a secret once, typed or as the address of a QR code. Nothing is asked for until a code of it is confirmed. ${needsProof}`,
    tag: 'auth',
    policy: recently(signedIn),
    answers: {
      201: {
        description: 'The secret',
        schema: z.object({ secret: z.string().describe('Base32.'), uri: z.string().describe('otpauth://') }),
      },
      409: { description: '`totp_enabled`' },
    },
    handle: async ({ principal }) => ({
      status: 201,
      body: await factors.enrol(principal),
      headers: notStored,
    }),
  }),

  route({
    method: 'post',
    path: '/api/v1/auth/totp/confirm',
    summary: 'Ask for a code at every sign-in from now on',
    description: `With a code of the app that was set up. ${needsProof}`,
    tag: 'auth',
    policy: recently(signedIn),
    body: z.object({ code: secondFactorCode }),
    answers: {
      200: { description: 'Recovery codes', schema: recoveryCodes },
      409: { description: '`totp_enabled`' },
      429: { description: '`too_many_attempts`' },
    },
    handle: async ({ principal, body }) => ({
      status: 200,
      body: { recoveryCodes: await factors.confirm(principal, body.code) },
      headers: notStored,
    }),
  }),

  route({
    method: 'post',
    path: '/api/v1/auth/totp/recovery-codes',
    summary: 'New recovery codes',
    description: `The earlier ones work no more. ${needsProof}`,
    tag: 'auth',
    policy: recently(signedIn),
    answers: { 200: { description: 'Recovery codes', schema: recoveryCodes } },
    handle: async ({ principal }) => ({
      status: 200,
      body: { recoveryCodes: await factors.renewRecoveryCodes(principal) },
      headers: notStored,
    }),
  }),

  route({
    method: 'delete',
    path: '/api/v1/auth/totp',
    summary: 'Ask for no code any more',
    description: needsProof,
    tag: 'auth',
    policy: recently(signedIn),
    answers: { 204: { description: 'Disabled' } },
    handle: async ({ principal }) => {
      await factors.disable(principal)
      return { status: 204 }
    },
  }),
]
