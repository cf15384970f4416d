import express, { type Express, type Router } from 'express'
import { notFound, Problem } from '../errors.ts'
import { accessLog, nameRoute } from './access-log.ts'
import { requireAppToken } from './app-token.ts'
import { beginRequest } from './begin-request.ts'
import { faultsOfRoutes } from './check-routes.ts'
import { openApiDocument } from './openapi.ts'
import { answerProblems } from './problem-answer.ts'
import type { Route } from './route.ts'
import { type RouteServices, runRoute } from './run-route.ts'

export interface AppOptions extends RouteServices {
  readonly appId: string
  readonly routes: readonly Route[]
  /** APP_API_TOKEN: without it only what is `open` can be called. */
  readonly appToken: string | undefined
  /** Mounted in front of the token: health and metrics. */
  readonly open?: Router
  /** Mounted behind the token and before the routes, where bodies have not been read: `/dapr/*`, `/events/*`, proxies. */
  readonly routers?: readonly Router[]
}

/**
 * The Express app of a service.
 * @throws {Error} naming every route that is declared wrongly
 */
export function createApp(options: AppOptions): Express {
  const faults = faultsOfRoutes(options.routes, options)
  if (faults.length > 0) {
    throw new Error(
      `${options.appId} has mistakes in its routes:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    )
  }

  const app = express()
  app.disable('x-powered-by')
  // ETags are versions of entities here, not hashes of answers.
  app.disable('etag')
  app.set('case sensitive routing', true)

  app.use(beginRequest)
  if (options.open) app.use(options.open)
  app.use(accessLog)
  app.use(requireAppToken(options.appToken ?? unguessable()))
  for (const router of options.routers ?? []) app.use(router)

  let document: string | undefined
  app.get('/openapi.json', (_request, response) => {
    nameRoute(response, 'get', '/openapi.json')
    document ??= JSON.stringify(openApiDocument({ title: options.appId, routes: options.routes }))
    response.type('application/json').send(document)
  })
  for (const route of bySpecificity(options.routes)) app[route.method](route.path, runRoute(route, options))

  for (const path of new Set(options.routes.map((route) => route.path))) {
    const methods = options.routes
      .filter((route) => route.path === path)
      .map((route) => route.method.toUpperCase())
    const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ')
    app.all(path, (request, response) => {
      nameRoute(response, request.method, path)
      throw new Problem({
        status: 405,
        code: 'method_not_allowed',
        detail: `${request.method} is not possible here; ${allow} is.`,
        headers: { allow },
      })
    })
  }
  app.use(() => {
    throw notFound('route_not_found', 'Nothing lives at this path.')
  })
  app.use(answerProblems)
  return app
}

/** `/reviews/next` before `/reviews/:id`, whatever the order of declaration. */
function bySpecificity(routes: readonly Route[]): Route[] {
  const rank = ({ path }: Route) =>
    path
      .split('/')
      .map((segment) => (segment.startsWith('*') ? '2' : segment.includes(':') ? '1' : '0'))
      .join('')
  return routes.toSorted((a, b) => rank(a).localeCompare(rank(b)))
}

/** Stands in for a token that is not set: nobody can show it. */
const unguessable = (): string => crypto.randomUUID() + crypto.randomUUID()
