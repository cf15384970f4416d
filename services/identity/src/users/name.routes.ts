import { signedIn } from '@alta/kit/auth/policy'
import type { Database } from '@alta/kit/database/database'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import type { IdentitySchema } from '../database/schema.ts'
import { namesOf } from './user.repository.ts'

const MOST = 100

const ids = z
  .string()
  .max(40 * MOST)
  .transform((list) => list.split(','))
  .pipe(z.array(z.uuid()).max(MOST))
  .meta({ description: `Up to ${MOST} ids, with commas between them`, type: 'string' })

/** Ids cannot be guessed: who has one has met the person in a project, a review or a history. */
export const nameRoutes = (database: Database<IdentitySchema>): Route[] => [
  route({
    method: 'get',
    path: '/api/v1/auth/names',
    summary: 'Names of people whose ids one has met',
    description: 'Ids of nobody in the caller’s tenant are left out.',
    tag: 'auth',
    policy: signedIn,
    query: z.object({ ids }),
    answers: {
      200: {
        description: 'In no promised order',
        schema: z.object({ items: z.array(z.object({ id: z.uuid(), name: z.string() })) }),
      },
    },
    handle: async ({ principal, query }) => ({
      status: 200,
      body: { items: await database.read(principal.tenantId, (tx) => namesOf(tx, query.ids)) },
    }),
  }),
]
