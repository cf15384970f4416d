import { own, signedIn } from '@alta/kit/auth/policy'
import type { Database } from '@alta/kit/database/database'
import { notFound } from '@alta/kit/errors'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import type { IdentitySchema } from '../database/schema.ts'
import { sessionEnded } from '../sessions/session.problems.ts'
import { isOpen } from '../sessions/session.repository.ts'
import { type Consent, consentsOf, removeConsents } from './grant.repository.ts'

const consentResource = z
  .object({
    client: z.object({ id: z.uuid(), name: z.string() }),
    scopes: z.array(z.string()),
    givenAt: z.iso.datetime(),
  })
  .meta({ id: 'Consent' })

export const grantRoutes = (database: Database<IdentitySchema>): Route[] => [
  route({
    method: 'get',
    path: '/api/v1/auth/grants',
    summary: 'Programs that you have given access to',
    tag: 'oauth',
    policy: signedIn,
    answers: { 200: { description: 'All of them', schema: z.object({ items: z.array(consentResource) }) } },
    handle: async ({ principal: { tenantId, userId, sessionId } }) => {
      const consents = await database.read(tenantId, async (tx) => {
        if (!(await isOpen(tx, sessionId))) throw sessionEnded()
        return consentsOf(tx, userId)
      })
      return { status: 200, body: { items: consents.map(present) } }
    },
  }),

  route({
    method: 'delete',
    path: '/api/v1/auth/grants/:clientId',
    summary: 'Take access back from a program',
    description:
      'On all devices. None of its refresh tokens works any more, and its access tokens end within seconds.',
    tag: 'oauth',
    policy: own(),
    params: z.object({ clientId: z.uuid() }),
    answers: { 204: { description: 'Taken back' } },
    handle: async ({ principal: { tenantId, userId, sessionId }, params }) => {
      const removed = await database.transaction(tenantId, async ({ tx }) => {
        if (!(await isOpen(tx, sessionId))) throw sessionEnded()
        return removeConsents(tx, userId, params.clientId)
      })
      if (!removed) throw notFound('grant_not_found', 'You have given this program no access.')
      return { status: 204 }
    },
  }),
]

/** As the library writes consents down. */
const storedConsent = z.object({
  openid: z.object({ scope: z.string().default('') }).optional(),
  resources: z.record(z.string(), z.string()).default({}),
})

function present({ clientId, clientName, payload, givenAt }: Consent): z.input<typeof consentResource> {
  const { openid, resources } = storedConsent.parse(payload)
  const scopes = [openid?.scope ?? '', ...Object.values(resources)].flatMap((names) => names.split(' '))
  return {
    client: { id: clientId, name: clientName },
    scopes: [...new Set(scopes)].filter((name) => name !== ''),
    givenAt: givenAt.toISOString(),
  }
}
