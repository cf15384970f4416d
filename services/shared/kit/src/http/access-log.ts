import type { IncomingMessage, ServerResponse } from 'node:http'
import { context, trace } from '@opentelemetry/api'
import type { RequestHandler } from 'express'
import { Gauge, Histogram } from 'prom-client'
import { currentExemplar } from '../telemetry/exemplar.ts'
import { log } from '../telemetry/log.ts'
import { registry } from '../telemetry/metrics.ts'
import { currentContext, withContext } from './request-context.ts'

const durations = new Histogram({
  name: 'alta_http_request_seconds',
  help: 'Time from the request’s headers to the end of its answer',
  labelNames: ['method', 'route', 'status'] as const,
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  enableExemplars: true,
  registers: [registry],
})

const inFlight = new Gauge({
  name: 'alta_http_requests_in_flight',
  help: 'Requests whose answer is not out yet',
  registers: [registry],
})

/** Node's parser knows three dozen methods; who sends the odd ones decides on no labels. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** An answer with what is noted about it on the way, as Express has it. */
export type NotedResponse = ServerResponse & { locals: Record<string, unknown> }

/** Nothing in these lines is secret, and looking for it costs more than writing them. */
const lines = log.child({}, { redact: [] })

/** One line and one measurement per request, when its answer is out or the caller is gone. */
export function logRequest(request: IncomingMessage, response: NotedResponse): void {
  const begun = performance.now()
  inFlight.inc()
  const finished = (): void => {
    const milliseconds = performance.now() - begun
    const matched = response.locals.route
    const route = typeof matched === 'string' ? matched : 'unmatched'
    const { method = '', url = '' } = request
    const status = response.writableFinished ? response.statusCode : 499
    inFlight.dec()
    durations.observe({
      labels: { method: methods.has(method) ? method : 'other', route, status: String(status) },
      value: milliseconds / 1000,
      exemplarLabels: currentExemplar(),
    })
    lines.info(
      {
        method,
        route,
        ...(route === 'unmatched' ? { path: url.split('?', 1)[0]?.slice(0, 200) } : {}),
        status,
        ...(response.locals.code ? { code: response.locals.code } : {}),
        ms: Math.round(milliseconds * 10) / 10,
        userId: currentContext()?.principal?.userId,
        address: currentContext()?.clientAddress,
      },
      'request',
    )
  }
  // Events of a socket run outside of the request's context, which the line takes its ids from.
  const around = context.active()
  const own = currentContext()
  response.once('close', () => context.with(around, () => (own ? withContext(own, finished) : finished())))
}

export const accessLog: RequestHandler = (request, response, next) => {
  logRequest(request, response)
  next()
}

/** Names the request after its route, not its path, in the log, the metrics and the trace. */
export function nameRoute(response: { locals: Record<string, unknown> }, method: string, path: string): void {
  response.locals.route = path
  const span = trace.getActiveSpan()
  span?.updateName(`${method.toUpperCase()} ${path}`)
  span?.setAttribute('http.route', path)
}
