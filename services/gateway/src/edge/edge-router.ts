import type { TokenVerifier } from '@alta/kit/auth/tokens'
import type { Sidecar } from '@alta/kit/dapr/sidecar'
import { nameRoute } from '@alta/kit/http/access-log'
import { currentContext } from '@alta/kit/http/request-context'
import { runRoute } from '@alta/kit/http/run-route'
import { type ErrorRequestHandler, Router } from 'express'
import { answerCache } from '../caching/answer-cache.ts'
import { changeByHand, ownCircuitRoutes } from '../circuits/circuit.routes.ts'
import type { Circuits } from '../circuits/circuits.ts'
import { limitRequests } from '../limits/limit-requests.ts'
import type { Limiter } from '../limits/limiter.ts'
import type { Policies } from '../limits/policies.ts'
import { countedAs, ownCountedAs } from '../limits/route-limits.ts'
import { type Deprecation, deprecationHeaders } from '../routing/deprecations.ts'
import type { RouteTable } from '../routing/route-table.ts'
import { checkRequest } from '../validation/check-request.ts'
import { admission } from './admission.ts'
import { apiKeys } from './api-keys.ts'
import { clientAddress } from './client-address.ts'
import { edgeMethod, edgeRequest, oneHost } from './edge-request.ts'
import { forwardThrough } from './proxy.ts'
import { type BodyRules, discardRest, refuseAnnounced } from './request-body.ts'
import { safePath } from './safe-path.ts'
import { securityHeaders } from './security-headers.ts'

/** Everything a public request passes, from top to bottom. */
export function edgeRouter(options: {
  sidecar: Sidecar
  table: RouteTable
  verify: TokenVerifier
  bodies: BodyRules
  /** Milliseconds for a service to answer. */
  timeout: number
  /** Proxies of our own in front of the gateway. */
  trustedHops: number
  policies: Policies
  limiter: Limiter
  circuits: Circuits
  deprecations: Readonly<Record<string, Deprecation>>
  /** Routes whose answer is everybody's. */
  cacheable: ReadonlySet<string>
  /** What it answers itself and to anyone, however often they ask. */
  unlimited: readonly Router[]
  /** What else it answers itself. */
  own: readonly Router[]
}): Router {
  const { sidecar, table, verify, bodies, timeout, trustedHops, unlimited, own, circuits, deprecations } =
    options
  refuseUnknown(deprecations, table)
  const admit = admission({ verify, keys: apiKeys(sidecar) })
  const check = checkRequest(table, bodies)
  const limit = limitRequests(options.policies, options.limiter)
  const forward = forwardThrough({ sidecar, circuits, rules: bodies, timeout })
  const change = changeByHand(circuits, sidecar, timeout)
  const answerKept = answerCache({ sidecar, circuits, table, cacheable: options.cacheable, timeout })

  const router = Router({ caseSensitive: true })
  router.use(securityHeaders)
  router.use((request, _response, next) => {
    const context = currentContext()
    if (context) context.clientAddress = clientAddress(request, trustedHops)
    next()
  })
  for (const answers of unlimited) router.use(answers)
  router.use(async (request, response, next) => {
    let isForwarded = false
    try {
      oneHost(request)
      const found = table.find(edgeMethod(request), safePath(request.url).path)
      isForwarded = found !== undefined && 'route' in found
    } finally {
      // Others are counted once it is known whose they are.
      if (!isForwarded) await limit(ownCountedAs(request.path), response)
    }
    next()
  })
  for (const answers of own) router.use(answers)
  for (const route of ownCircuitRoutes(circuits))
    router.get(route.path, runRoute(route, { verifyToken: verify }))
  router.use(async (request, response) => {
    const edge = edgeRequest(table, edgeMethod(request), request.url)
    nameRoute(response, request.method, edge.route.path)
    let renew: (() => Promise<string>) | undefined
    const leaving = deprecations[`${edge.route.method} ${edge.route.path}`]
    try {
      if (leaving) response.set(deprecationHeaders(leaving))
      refuseAnnounced(request, edge.bodyClass, bodies[edge.bodyClass])
      renew = await admit(edge.route, request.headers.authorization)
    } finally {
      // Who is turned away counts as well, and hears 429 instead of 401 once it is too often.
      await limit(countedAs(edge.route), response)
    }
    if (await answerKept(edge, { request, response })) return
    const goOn = (): void => {
      if (request.headers.expect) response.writeContinue()
    }
    const held = await check(edge, request, goOn)
    const exchange = { request, response, held: held?.bytes, goOn, renew }
    try {
      if (!(await change(edge, exchange))) await forward(edge, exchange)
    } finally {
      held?.release()
    }
  })
  router.use(refusedWhileSending)
  return router
}

const refusedWhileSending: ErrorRequestHandler = (error, request, _response, next) => {
  discardRest(request)
  next(error)
}

function refuseUnknown(deprecations: Readonly<Record<string, Deprecation>>, { routes }: RouteTable): void {
  const known = new Set(routes.map(({ method, path }) => `${method} ${path}`))
  const unknown = Object.keys(deprecations).filter((name) => !known.has(name))
  if (unknown.length > 0)
    throw new Error(`no service has ${unknown.join(', ')}, which is said to be deprecated`)
}
