import { may, signedIn } from '@alta/kit/auth/policy'
import type { Database } from '@alta/kit/database/database'
import { notFound } from '@alta/kit/errors'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import type { IdentitySchema } from '../database/schema.ts'
import { activePersonByEmail, namesOf } from './user.repository.ts'
import { normalisedEmail } from './user.schema.ts'

const MOST = 100

const ids = z
  .string()
  .max(40 * MOST)
  .transform((list) => list.split(','))
  .pipe(z.array(z.uuid()).max(MOST))
  .meta({ description: `Up to ${MOST} ids, with commas between them`, type: 'string' })

const named = z.object({ id: z.uuid(), name: z.string() })

/**
 * Ids cannot be guessed: who has one has met the person in a project, a review or a history. Addresses can be, and
 * whether one has an account is what registration says as well: both are counted by `sign-in`.
 */
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
        schema: z.object({ items: z.array(named) }),
      },
    },
    handle: async ({ principal, query }) => ({
      status: 200,
      body: { items: await database.read(principal.tenantId, (tx) => namesOf(tx, query.ids)) },
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/auth/names/by-email',
    summary: 'Whose account an e-mail address is, to take them into a project',
    tag: 'auth',
    policy: may('projects:write'),
    question: true,
    limits: { policies: ['sign-in'] },
    body: z.strictObject({ email: normalisedEmail }),
    answers: { 200: { description: 'The person', schema: named } },
    handle: async ({ principal, body: { email } }) => {
      const found = await database.read(principal.tenantId, (tx) => activePersonByEmail(tx, email))
      if (!found) throw notFound('person_not_found', 'Nobody has an account with this address.')
      return { status: 200, body: { id: found.id, name: found.name } }
    },
  }),
]
