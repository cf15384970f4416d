import { anyone, signedIn } from '@alta/kit/auth/policy'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { password } from '../passwords/password.schema.ts'
import { secondFactorCode } from '../second-factors/second-factor.routes.ts'
import type { SecondStepService } from './second-step.service.ts'
import { opaqueToken, rememberedDevice, signedInAnswer } from './session.schema.ts'

/** Tokens must not stay behind in any cache on the way. */
const notStored = { 'cache-control': 'no-store' }

export const secondStepRoutes = (secondStep: SecondStepService): Route[] => [
  route({
    method: 'post',
    path: '/api/v1/auth/login/code',
    summary: 'Sign in, second step',
    limits: { policies: ['sign-in'] },
    description:
      'With the challenge that signing in answered and a code of the app, or a recovery code. The challenge lives five minutes. After five wrong codes the next one has to wait, from a second up to a quarter of an hour.',
    tag: 'auth',
    policy: anyone,
    body: z.object({ challenge: opaqueToken, code: secondFactorCode, ...rememberedDevice }),
    answers: {
      200: { description: 'Signed in', schema: signedInAnswer },
      403: { description: '`wrong_code`' },
      429: { description: '`too_many_attempts`: `Retry-After` says how many seconds to wait' },
    },
    handle: async ({ body }) => ({ status: 200, body: await secondStep.finish(body), headers: notStored }),
  }),

  route({
    method: 'post',
    path: '/api/v1/auth/step-up',
    summary: 'Prove once more who you are',
    limits: { policies: ['sign-in'] },
    description:
      'For what answers 401 `insufficient_user_authentication`: gives an access token that is good for it, for five minutes. Users with a second factor send a code as well. The refresh token stays as it is, and what it gives is no proof.',
    tag: 'auth',
    policy: signedIn,
    body: z.object({
      password,
      code: secondFactorCode.optional(),
      deviceToken: rememberedDevice.deviceToken,
    }),
    answers: {
      200: {
        description: 'Proven',
        schema: z
          .object({ accessToken: z.string(), tokenType: z.literal('Bearer'), expiresIn: z.number().int() })
          .meta({ id: 'SteppedUp' }),
      },
      403: { description: '`wrong_password`, `code_required`, `wrong_code`' },
      429: { description: '`too_many_attempts`: `Retry-After` says how many seconds to wait' },
    },
    handle: async ({ principal, body }) => ({
      status: 200,
      body: await secondStep.stepUp(principal, body),
      headers: notStored,
    }),
  }),
]
