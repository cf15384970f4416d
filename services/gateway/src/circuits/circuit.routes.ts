import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { may } from '@alta/kit/auth/policy'
import type { Sidecar } from '@alta/kit/dapr/sidecar'
import { notFound } from '@alta/kit/errors'
import { currentContext } from '@alta/kit/http/request-context'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import type { EdgeRequest } from '../edge/edge-request.ts'
import { refuseForeignFailure } from '../edge/foreign-failure.ts'
import { leaveUnread } from '../edge/unread-answer.ts'
import { publicServices } from '../routes.ts'
import type { Circuits } from './circuits.ts'

const moment = z.iso.datetime()
const circuitResource = z.object({
  upstream: z.string(),
  state: z.enum(['closed', 'open', 'half_open']),
  since: moment.nullable(),
  /** When calls by way of trial begin. */
  retryAt: moment.nullable(),
  successes: z.int(),
  byHand: z.boolean(),
  reason: z.string().nullable(),
})

/** Those that the gateway answers itself. */
export const ownCircuitRoutes = (circuits: Circuits): Route[] => [
  route({
    method: 'get',
    path: '/api/v1/gateway/circuits',
    summary: 'Which services the gateways ask, and which have failed too often',
    tag: 'gateway',
    policy: may('operations:read'),
    answers: {
      200: {
        description: 'One for each service; `shared` is false while this gateway knows its own alone',
        schema: z.object({ shared: z.boolean(), items: z.array(circuitResource) }),
      },
    },
    handle: async () => ({
      status: 200,
      body: { shared: circuits.shared, items: publicServices.map((upstream) => present(upstream, circuits)) },
    }),
  }),
]

function present(upstream: string, circuits: Circuits): z.input<typeof circuitResource> {
  const { state, since, until, successes, byHand, reason } = circuits.known().get(upstream) ?? {}
  const time = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString())
  return {
    upstream,
    state: state ?? 'closed',
    since: time(since),
    retryAt: byHand ? null : time(until),
    successes: successes ?? 0,
    byHand: byHand ?? false,
    reason: reason ?? null,
  }
}

const changes = {
  '/api/v1/gateway/circuits/{upstream}/open': 'open-by-hand',
  '/api/v1/gateway/circuits/{upstream}/close': 'close-by-hand',
} as const

const isChange = (path: string): path is keyof typeof changes => Object.hasOwn(changes, path)
const asked = z.object({ reason: z.string() })

/**
 * Changes a circuit by hand, once `events` has allowed and noted it: what cannot be noted is not done.
 * @returns whether it was such a request
 */
export function changeByHand(circuits: Circuits, sidecar: Sidecar, timeoutMs: number) {
  return async (
    { route: { path, upstream: keeper }, path: target, params }: EdgeRequest,
    {
      request,
      response,
      held,
    }: { request: IncomingMessage; response: ServerResponse; held: Buffer | undefined },
  ): Promise<boolean> => {
    if (!isChange(path)) return false
    const upstream = params.upstream ?? ''
    if (!publicServices.includes(upstream)) {
      throw notFound('circuit_not_found', `The gateway asks no service called ${upstream}.`)
    }
    const address = currentContext()?.clientAddress
    // Not through the circuit of `events`: that one can be closed by hand as well.
    const noted = await sidecar.invoke(keeper, target, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': request.headers['user-agent'] ?? '',
        ...(address ? { 'alta-client-address': address } : {}),
      },
      body: held ?? '{}',
      timeoutMs,
    })
    await refuseForeignFailure(keeper, noted)
    if (noted.status !== 204 || !held) {
      for (const name of ['retry-after', 'www-authenticate']) {
        const value = noted.headers[name]
        if (value !== undefined) response.setHeader(name, value)
      }
      response
        .writeHead(noted.status, { 'content-type': 'application/problem+json' })
        .end(await text(noted.body))
      return true
    }
    leaveUnread(noted.body)
    const { reason } = asked.parse(JSON.parse(held.toString()))
    await circuits.byHand(upstream, { kind: changes[path], reason })
    response.writeHead(204).end()
    return true
  }
}
