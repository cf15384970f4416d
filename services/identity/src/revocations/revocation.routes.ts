import { anyone } from '@alta/kit/auth/policy'
import { REVOCATIONS_PATH, type RevocationSource, revocationPage } from '@alta/kit/auth/revocation'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'

/** For the verifiers in the other services alone: the gateway forwards no such path. */
export const revocationRoutes = (revokedSince: RevocationSource): Route[] => [
  route({
    method: 'get',
    path: REVOCATIONS_PATH,
    summary: 'Tokens that have ended before their time',
    tag: 'auth',
    policy: anyone,
    query: z.object({
      after: z
        .string()
        .regex(/^\d{1,19}$/)
        .optional(),
    }),
    answers: { 200: { description: 'What is new', schema: revocationPage } },
    handle: async ({ query }) => ({
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: await revokedSince(query.after),
    }),
  }),
]
