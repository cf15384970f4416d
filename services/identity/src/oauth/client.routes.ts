import { may } from '@alta/kit/auth/policy'
import { recently } from '@alta/kit/auth/step-up'
import { decodeCursor, listOf, pageOf, pageQuery } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import type { ClientRow } from './client.repository.ts'
import { clientResource, newClient, registeredClient } from './client.schema.ts'
import type { ClientService } from './client.service.ts'

export const clientRoutes = (clients: ClientService): Route[] => [
  route({
    method: 'post',
    path: '/api/v1/auth/clients',
    summary: 'Register a program that may ask for tokens',
    description:
      'The secret is in this answer and nowhere else. Needs a sign-in or a step-up within the last five minutes.',
    tag: 'oauth',
    policy: recently(may('users:manage')),
    body: newClient,
    answers: { 201: { description: 'Registered', schema: registeredClient } },
    handle: async ({ principal, body }) => {
      const { client, secret } = await clients.register(principal, body)
      return {
        status: 201,
        body: { ...present(client), ...(secret === undefined ? {} : { secret }) },
        headers: { 'cache-control': 'no-store' },
      }
    },
  }),

  route({
    method: 'get',
    path: '/api/v1/auth/clients',
    summary: 'Programs that may ask for tokens, latest first',
    tag: 'oauth',
    policy: may('users:manage'),
    query: z.object(pageQuery),
    answers: { 200: { description: 'One page', schema: listOf(clientResource) } },
    handle: async ({ principal, query: { limit, cursor } }) => {
      const before = decodeCursor(z.uuid(), cursor)
      const rows = await clients.list(principal, { limit: limit + 1, before })
      return { status: 200, body: pageOf(rows, limit, present, ({ id }) => id) }
    },
  }),

  route({
    method: 'delete',
    path: '/api/v1/auth/clients/:id',
    summary: 'Remove a program',
    description: 'Its consents, codes and refresh tokens end with it, and its access tokens within seconds.',
    tag: 'oauth',
    policy: recently(may('users:manage')),
    params: z.object({ id: z.uuid() }),
    answers: { 204: { description: 'Removed' } },
    handle: async ({ principal, params }) => {
      await clients.remove(principal, params.id)
      return { status: 204 }
    },
  }),
]

const present = (row: ClientRow): z.input<typeof clientResource> => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  redirectUris: row.redirect_uris,
  scopes: row.scopes,
  roles: row.roles,
  createdAt: row.created_at.toISOString(),
})
