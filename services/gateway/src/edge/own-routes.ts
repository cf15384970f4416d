import type { TokenVerifier } from '@alta/kit/auth/tokens'
import type { Route } from '@alta/kit/http/route'
import { runRoute } from '@alta/kit/http/run-route'
import { type Request, type RequestHandler, Router } from 'express'
import { type Counted, ownCountedAs } from '../limits/route-limits.ts'
import { type BodyRule, hasBody, tooSlow } from './request-body.ts'

export interface OwnRoutes {
  router: Router
  /** What a request is counted as that goes to no service. */
  countedAs(request: Request): Counted
}

/** Routes that the gateway answers itself. Their paths have no parameters, so that one is known by its name. */
export function ownRoutes(
  routes: readonly Route[],
  { verify, body }: { verify: TokenVerifier; body: BodyRule },
): OwnRoutes {
  const counted = new Map<string, Counted>()
  // Strict: a slash more would be another name, and free of its limit.
  const router = Router({ caseSensitive: true, strict: true })
  for (const route of routes) {
    const { cost = 1, policies = [] } = route.limits ?? {}
    counted.set(`${route.method.toUpperCase()} ${route.path}`, { cost, policies })
    router[route.method](route.path, inTime(body), runRoute(route, { verifyToken: verify }))
  }
  return {
    router,
    countedAs: ({ method, path }) => counted.get(`${method} ${path}`) ?? ownCountedAs(path),
  }
}

/**
 * Whoever sends a body by drops would hold a connection for as long as an upload may take. Of a body that is here, or
 * that there is none of, the end may never be told: a route that takes none does not read it.
 */
function inTime({ total }: BodyRule): RequestHandler {
  return (request, response, next) => {
    if (!hasBody(request)) return next()
    if (request.headers.expect) response.writeContinue()
    const late = setTimeout(() => {
      if (!request.complete) next(tooSlow())
    }, total)
    response.once('close', () => clearTimeout(late))
    next()
  }
}
