import { pipeline } from 'node:stream/promises'
import { bearerToken } from '@alta/kit/auth/tokens'
import type { Sidecar } from '@alta/kit/dapr/sidecar'
import { nameRoute } from '@alta/kit/http/access-log'
import { clientGone } from '@alta/kit/http/json-body'
import { currentContext } from '@alta/kit/http/request-context'
import { log } from '@alta/kit/telemetry/log'
import { currentTraceparent } from '@alta/kit/telemetry/tracing'
import type { Request, Response } from 'express'
import type { EdgeRequest } from './edge-request.ts'
import { refuseForeignFailure } from './foreign-failure.ts'
import { requestHeaders, responseHeaders } from './forwarded-headers.ts'
import { type BodyRules, hasBody, limitedBody } from './request-body.ts'
import { securityHeaderNames } from './security-headers.ts'

/**
 * Sends a request through the own sidecar to the service that answers it, and its answer back, both as
 * they come: neither is ever held whole. A caller who goes away ends the call.
 * @param timeout milliseconds for a service to begin its answer, and to stand still within it
 */
export function forwardThrough(sidecar: Sidecar, rules: BodyRules, timeout: number) {
  return async (edge: EdgeRequest, request: Request, response: Response): Promise<void> => {
    const { appId, bodyClass } = edge
    if (edge.template) nameRoute(response, request.method, edge.template)
    const gone = new AbortController()
    response.once('close', () => gone.abort())

    const headers = requestHeaders(request.headers, {
      requestId: currentContext()?.requestId ?? '',
      address: request.socket.remoteAddress ?? '',
      host: request.headers.host ?? '',
      bearer: bearerToken(request.headers.authorization),
      traced: currentTraceparent() !== undefined,
    })
    // daprd holds a body of known length in memory, to be able to repeat the call. Files must stream.
    if (bodyClass !== 'json' || !hasBody(request)) delete headers['content-length']
    if (hasBody(request) && request.headers.expect) response.writeContinue()
    const body = hasBody(request) ? limitedBody(request, bodyClass, rules[bodyClass]) : null

    const answer = await sidecar
      .invoke(appId, edge.path + edge.search, {
        method: edge.method,
        headers,
        signal: gone.signal,
        timeoutMs: timeout,
        ...(body ? { body } : {}),
      })
      .catch((error: unknown) => {
        throw gone.signal.aborted ? clientGone() : error
      })
    await refuseForeignFailure(appId, answer)

    response.status(answer.status)
    for (const [name, value] of responseHeaders(answer.headers)) {
      if (!securityHeaderNames.has(name)) response.setHeader(name, value)
    }
    if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store')
    // A service that stops in the middle, or a caller who stops reading, would hold both connections for ever.
    if (response.getHeader('content-type') !== 'text/event-stream') {
      response.setTimeout(timeout, () => response.destroy())
    }
    response.flushHeaders()
    try {
      await pipeline(answer.body, response)
    } catch (error) {
      // The status is out. `pipeline` has cut the connection, which tells the caller that this is not all.
      if (!gone.signal.aborted) log.warn({ err: error, appId }, 'an answer broke off')
    }
  }
}
