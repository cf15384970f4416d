import type { ServerResponse } from 'node:http'
import type { ErrorRequestHandler } from 'express'
import { badRequest, Problem } from '../errors.ts'
import { log } from '../telemetry/log.ts'
import type { NotedResponse } from './access-log.ts'
import { currentContext } from './request-context.ts'
import { asUnavailable } from './unavailable.ts'

/** Any error as what the caller may read. Nothing of an unexpected one gets out but the request id. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof URIError)
    return badRequest('invalid_path', 'The path is not validly encoded.', { cause: error })
  return (
    asUnavailable(error) ??
    new Problem({
      status: 500,
      code: 'internal_error',
      detail: 'Something went wrong on our side. Quote the request id when you report it.',
      cause: error,
    })
  )
}

/** RFC 9457. */
export function problemBody(problem: Problem, requestId: string): Record<string, unknown> {
  return {
    ...problem.extensions,
    type: `/problems/${problem.code}`,
    title: problem.title,
    status: problem.status,
    code: problem.code,
    detail: problem.detail,
    requestId,
    ...(problem.errors ? { errors: problem.errors } : {}),
  }
}

/** The last handler of every app. */
export const answerProblems: ErrorRequestHandler = (error: unknown, _request, response, _next) =>
  answerProblem(error, response)

/** Answers with what went wrong, as far as the caller may know it, and logs the rest. */
export function answerProblem(error: unknown, response: NotedResponse): void {
  const problem = problemOf(error)
  response.locals.code = problem.code
  const nobodyListens = response.destroyed && error instanceof Error && error.name === 'AbortError'
  if (nobodyListens) {
    // The handler stopped because its caller left: what the signal is for.
  } else if (problem.status === 503) {
    // Comes with every request while something is away; its stack says nothing new.
    const reason = problem.cause instanceof Error ? problem.cause.message || problem.cause.name : undefined
    log.warn({ code: problem.code, note: problem.note, reason }, 'request not possible now')
  } else if (problem.status >= 500) {
    log.error({ err: problem.cause ?? problem, code: problem.code, note: problem.note }, 'request failed')
  } else if (problem.note !== undefined) {
    log.info({ code: problem.code, note: problem.note }, 'request refused')
  }
  if (response.headersSent || response.destroyed) {
    // Half an answer is out: cutting the connection is the only way left to say that it is not whole.
    response.destroy()
    return
  }
  sendProblem(response, problem)
}

export function sendProblem(response: ServerResponse, problem: Problem): void {
  const requestId = currentContext()?.requestId ?? String(response.getHeader('x-request-id') ?? '')
  response.statusCode = problem.status
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value)
  response.setHeader('cache-control', 'no-store')
  response.setHeader('content-type', 'application/problem+json')
  response.end(JSON.stringify(problemBody(problem, requestId)))
}
