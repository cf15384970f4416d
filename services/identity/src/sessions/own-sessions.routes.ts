import { own, signedIn } from '@alta/kit/auth/policy'
import { decodeCursor, listOf, pageOf, pageQuery } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import type { OwnSessionsService } from './own-sessions.service.ts'
import type { SessionRow } from './session.repository.ts'

const sessionResource = z
  .object({
    id: z.uuid(),
    current: z.boolean().describe('Whether it is the one that asks.'),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().describe('Sign-in or latest refresh; up to ten minutes behind.'),
    expiresAt: z.iso.datetime(),
    address: z.string().nullable().describe('Where it was used last, as the gateway saw it.'),
    userAgent: z.string().nullable(),
  })
  .meta({ id: 'Session' })

export const ownSessionsRoutes = (sessions: OwnSessionsService): Route[] => [
  route({
    method: 'get',
    path: '/api/v1/auth/sessions',
    summary: 'Where you are signed in, latest sign-in first',
    tag: 'auth',
    policy: signedIn,
    query: z.object(pageQuery),
    answers: { 200: { description: 'One page', schema: listOf(sessionResource) } },
    handle: async ({ principal, query: { limit, cursor } }) => {
      const before = decodeCursor(z.uuid(), cursor)
      const rows = await sessions.list(principal, { limit: limit + 1, before })
      return {
        status: 200,
        body: pageOf(
          rows,
          limit,
          (row) => present(row, principal.sessionId),
          ({ id }) => id,
        ),
      }
    },
  }),

  route({
    method: 'delete',
    path: '/api/v1/auth/sessions/:id',
    summary: 'Sign out somewhere',
    description: 'None of its refresh tokens works any more, and its access token ends within seconds.',
    tag: 'auth',
    policy: own(),
    params: z.object({ id: z.uuid() }),
    answers: { 204: { description: 'Signed out there' } },
    handle: async ({ principal, params }) => {
      await sessions.end(principal, params.id)
      return { status: 204 }
    },
  }),

  route({
    method: 'post',
    path: '/api/v1/auth/sessions/end-others',
    summary: 'Sign out everywhere else',
    tag: 'auth',
    policy: signedIn,
    answers: { 204: { description: 'Signed out everywhere but here' } },
    handle: async ({ principal }) => {
      await sessions.endOthers(principal)
      return { status: 204 }
    },
  }),
]

const present = (row: SessionRow, current: string): z.input<typeof sessionResource> => ({
  id: row.id,
  current: row.id === current,
  createdAt: row.created_at.toISOString(),
  lastUsedAt: (row.last_used_at ?? row.created_at).toISOString(),
  expiresAt: row.expires_at.toISOString(),
  address: row.address,
  userAgent: row.user_agent,
})
