import type { RequestListener } from 'node:http'
import { answerProblem } from '@alta/kit/http/problem-answer'
import express, { type ErrorRequestHandler } from 'express'
import type { limitRequests } from '../limits/limit-requests.ts'
import type { EdgeOptions } from './edge.ts'
import { edgeMethod, edgeRequest, oneHost } from './edge-request.ts'
import { ownRoutes } from './own-routes.ts'
import { discardRest } from './request-body.ts'
import { safePath } from './safe-path.ts'

/** What the gateway answers itself, and its refusal of all that is neither its own nor a service's. */
export function ownAnswers(
  { table, verify, bodies, unlimited, own, routes }: EdgeOptions,
  limit: ReturnType<typeof limitRequests>,
): RequestListener {
  const { router, countedAs } = ownRoutes(routes, { verify, body: bodies.json })
  const app = express()
  app.disable('x-powered-by')
  // ETags are versions of entities here, not hashes of answers.
  app.disable('etag')
  app.set('case sensitive routing', true)

  for (const answers of unlimited) app.use(answers)
  app.use(async (request, response, next) => {
    try {
      oneHost(request)
      edgeMethod(request)
      safePath(request.url)
    } finally {
      await limit(countedAs(request), response)
    }
    next()
  })
  for (const answers of [...own, router]) app.use(answers)
  app.use((request) => {
    // Throws, as nothing that a service answers comes here.
    edgeRequest(table, request)
  })
  app.use(refused)
  return app
}

const refused: ErrorRequestHandler = (error, request, response, _next) => {
  discardRest(request)
  answerProblem(error, response)
}
