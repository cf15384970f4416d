import type { IncomingMessage, RequestListener } from 'node:http'
import type { TokenVerifier } from '@alta/kit/auth/tokens'
import type { Sidecar } from '@alta/kit/dapr/sidecar'
import { logRequest, type NotedResponse, nameRoute } from '@alta/kit/http/access-log'
import { beginRequest } from '@alta/kit/http/begin-request'
import { answerProblem } from '@alta/kit/http/problem-answer'
import { currentContext } from '@alta/kit/http/request-context'
import type { Route } from '@alta/kit/http/route'
import type { Router } from 'express'
import { answerCache } from '../caching/answer-cache.ts'
import { changeByHand } from '../circuits/circuit.routes.ts'
import type { Circuits } from '../circuits/circuits.ts'
import { limitRequests } from '../limits/limit-requests.ts'
import type { Limiter } from '../limits/limiter.ts'
import type { Policies } from '../limits/policies.ts'
import { countedAs } from '../limits/route-limits.ts'
import { type Deprecation, deprecationHeaders } from '../routing/deprecations.ts'
import type { RouteTable } from '../routing/route-table.ts'
import type { Transformations } from '../routing/transformations.ts'
import { bringSession } from '../session/session-exchange.ts'
import { messageChanges } from '../transforming/message-changes.ts'
import { checkRequest } from '../validation/check-request.ts'
import { heldBytes } from '../validation/held-bytes.ts'
import { admission } from './admission.ts'
import { apiKeys } from './api-keys.ts'
import { clientAddress } from './client-address.ts'
import { type EdgeRequest, edgeRequest } from './edge-request.ts'
import { ownAnswers } from './own-answers.ts'
import { forwardThrough } from './proxy.ts'
import { type BodyRules, discardRest, refuseAnnounced } from './request-body.ts'
import { setSecurityHeaders } from './security-headers.ts'

export interface EdgeOptions {
  sidecar: Sidecar
  table: RouteTable
  verify: TokenVerifier
  bodies: BodyRules
  /** Milliseconds for a service to answer. */
  timeout: number
  policies: Policies
  limiter: Limiter
  circuits: Circuits
  deprecations: Readonly<Record<string, Deprecation>>
  transformations: Transformations
  /** Routes whose answer is everybody's. */
  cacheable: ReadonlySet<string>
  /** What it answers itself and to anyone, however often they ask. */
  unlimited: readonly Router[]
  /** What else it answers itself. */
  own: readonly Router[]
  /** And by routes, which have a policy and a limit. */
  routes: readonly Route[]
}

/**
 * Everything a public request passes, from top to bottom. What goes to a service passes without Express, which costs as
 * much as all the rest; what the gateway answers itself is Express'.
 * @returns it for requests that come through so many proxies of our own. All that it keeps, and the room for what it
 *   holds, is one for all ways in
 */
export function edge(options: EdgeOptions): (trustedHops: number) => RequestListener {
  const { sidecar, table, verify, bodies, timeout, circuits, deprecations } = options
  refuseUnknown(deprecations, table)
  const limit = limitRequests(options.policies, options.limiter)
  const admit = admission({ verify, keys: apiKeys(sidecar) })
  const room = heldBytes()
  const check = checkRequest(table, bodies, room)
  const changes = messageChanges(options.transformations, { table, kept: options.cacheable, room })
  const forward = forwardThrough({ sidecar, circuits, rules: bodies, timeout })
  const byHand = changeByHand(circuits, sidecar, timeout)
  const answerKept = answerCache({ sidecar, circuits, table, cacheable: options.cacheable, timeout })
  const answerOwn = ownAnswers(options, limit)

  async function pass(request: IncomingMessage, response: NotedResponse): Promise<void> {
    try {
      const known = knownRequest(table, request)
      if (known) await toService(known, request, response)
      else answerOwn(request, response)
    } catch (error) {
      discardRest(request)
      answerProblem(error, response)
    }
  }

  async function toService(
    known: EdgeRequest,
    request: IncomingMessage,
    response: NotedResponse,
  ): Promise<void> {
    const { route, bodyClass } = known
    nameRoute(response, known.method, route.path)
    let renew: (() => Promise<string>) | undefined
    try {
      const leaving = deprecations[`${route.method} ${route.path}`]
      if (leaving) setAll(response, deprecationHeaders(leaving))
      refuseAnnounced(request, bodyClass, bodies[bodyClass])
      renew = await admit(route, request.headers.authorization)
    } finally {
      // Who is turned away counts as well, and hears 429 instead of 401 once it is too often.
      await limit(countedAs(route), response)
    }
    if (await answerKept(known, { request, response })) return
    const goOn = (): void => {
      if (request.headers.expect) response.writeContinue()
    }
    const change = changes.get(route)
    change?.headers(request.headers)
    const held = await check(known, request, goOn, change?.body)
    const exchange = { request, response, held: held?.bytes, goOn, renew, change: change?.answer }
    try {
      if (!(await byHand(known, exchange))) await forward(known, exchange)
    } finally {
      held?.release()
    }
  }

  return (trustedHops) => (request, plain) => {
    const response: NotedResponse = Object.assign(plain, { locals: {} })
    beginRequest(request, response, () => {
      logRequest(request, response)
      setSecurityHeaders(response)
      const context = currentContext()
      if (context) context.clientAddress = clientAddress(request, trustedHops)
      bringSession(request, response, trustedHops)
      void pass(request, response)
    })
  }
}

/** @returns undefined for what goes to no service; why not is told once it is counted */
function knownRequest(table: RouteTable, request: IncomingMessage): EdgeRequest | undefined {
  try {
    return edgeRequest(table, request)
  } catch {
    return undefined
  }
}

const setAll = (response: NotedResponse, headers: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
}

function refuseUnknown(deprecations: Readonly<Record<string, Deprecation>>, { routes }: RouteTable): void {
  const known = new Set(routes.map(({ method, path }) => `${method} ${path}`))
  const unknown = Object.keys(deprecations).filter((name) => !known.has(name))
  if (unknown.length > 0)
    throw new Error(`no service has ${unknown.join(', ')}, which is said to be deprecated`)
}
