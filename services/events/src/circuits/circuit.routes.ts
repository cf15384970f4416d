import { requestConcerns } from '@alta/kit/audit/caller'
import { may } from '@alta/kit/auth/policy'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'

const common = {
  method: 'post',
  tag: 'gateway',
  policy: may('operations:write'),
  audited: true,
  params: z.object({ upstream: z.string().regex(/^[a-z]{1,63}$/) }),
  body: z.strictObject({ reason: z.string().min(1).max(100).regex(/\S/) }),
  answers: { 204: { description: 'It is, in every gateway' }, 404: { description: 'No such service' } },
} as const

/**
 * The gateway keeps circuits and has no audit log; this service has one. So the gateway asks here first, with the
 * caller's own token, and changes a circuit only when that was allowed and noted.
 */
export const circuitRoutes = (): Route[] => [
  route({
    ...common,
    path: '/api/v1/gateway/circuits/:upstream/open',
    summary: 'Have no gateway ask a service, until it is closed again by hand',
    handle: async ({ body }) => noted(body.reason),
  }),
  route({
    ...common,
    path: '/api/v1/gateway/circuits/:upstream/close',
    summary: 'Have every gateway ask a service again',
    handle: async ({ body }) => noted(body.reason),
  }),
]

function noted(reason: string): { status: 204 } {
  requestConcerns('reason', reason)
  return { status: 204 }
}
