import { pipeline } from 'node:stream/promises'
import { bearerToken } from '@alta/kit/auth/tokens'
import type { Sidecar } from '@alta/kit/dapr/sidecar'
import { Problem } from '@alta/kit/errors'
import { nameRoute } from '@alta/kit/http/access-log'
import { clientGone } from '@alta/kit/http/json-body'
import { currentContext } from '@alta/kit/http/request-context'
import { log } from '@alta/kit/telemetry/log'
import { currentTraceparent } from '@alta/kit/telemetry/tracing'
import type { Request, Response } from 'express'
import { isApiKey } from './api-keys.ts'
import type { EdgeRequest } from './edge-request.ts'
import { refuseForeignFailure } from './foreign-failure.ts'
import { requestHeaders, responseHeaders } from './forwarded-headers.ts'
import { type BodyRules, hasBody, limitedBody } from './request-body.ts'
import { securityHeaderNames } from './security-headers.ts'

const EVENT_STREAM = 'text/event-stream'

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
    // An abort makes an error with its stack: not for each of those who have their answer.
    response.once('close', () => {
      if (!response.writableFinished) gone.abort()
    })

    const headers = requestHeaders(request.headers, {
      requestId: currentContext()?.requestId ?? '',
      address: currentContext()?.clientAddress ?? '',
      host: request.headers.host ?? '',
      bearer: bearerToSend(request.headers.authorization),
      traced: currentTraceparent() !== undefined,
    })
    // daprd holds a body of known length in memory, to be able to repeat the call. Files must stream.
    if (bodyClass !== 'json' || !hasBody(request)) delete headers['content-length']
    if (hasBody(request) && request.headers.expect) response.writeContinue()
    const body = hasBody(request) ? limitedBody(request, bodyClass, rules[bodyClass]) : null

    const ask = (accept = headers.accept) =>
      sidecar.invoke(appId, edge.path + edge.search, {
        method: edge.method,
        headers: accept === undefined ? headers : { ...headers, accept },
        signal: gone.signal,
        timeoutMs: timeout,
        ...(body ? { body } : {}),
      })
    const answer = await ask().catch(async (error: unknown) => {
      if (gone.signal.aborted) throw clientGone()
      if (!isAway(error) || request.method !== 'GET' || headers.accept !== EVENT_STREAM) throw error
      // daprd turns a refused event stream into a failure of its own. The service repeats its words to who wants those;
      // if it would stream, it was daprd's failure after all.
      const refusal = await ask('application/problem+json')
      if (refusal.status >= 400) return refusal
      refusal.body.destroy()
      throw error
    })
    await refuseForeignFailure(appId, answer)

    response.status(answer.status)
    for (const [name, value] of responseHeaders(answer.headers)) {
      if (!securityHeaderNames.has(name)) response.setHeader(name, value)
    }
    if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store')
    // A service that stops in the middle, or a caller who stops reading, would hold both connections for ever.
    // An event stream may be silent for as long as nothing happens; its type may be followed by a charset.
    if (!String(response.getHeader('content-type')).startsWith(EVENT_STREAM)) {
      response.setTimeout(timeout, () => response.destroy())
    }
    // What there is of the body goes out with the head, in one packet; a stream that has nothing yet sends its head alone.
    const { socket } = response
    socket?.cork()
    response.flushHeaders()
    setImmediate(() => socket?.uncork())
    try {
      await pipeline(answer.body, response)
    } catch (error) {
      // The status is out. `pipeline` has cut the connection, which tells the caller that this is not all.
      if (!gone.signal.aborted) log.warn({ err: error, appId }, 'an answer broke off')
    }
  }
}

/** Services see access tokens alone; a key that nothing asked for goes nowhere. */
function bearerToSend(authorization: string | undefined): string | undefined {
  const bearer = bearerToken(authorization)
  return isApiKey(bearer) ? currentContext()?.principal?.token : bearer
}

const isAway = (error: unknown): boolean => error instanceof Problem && error.code === 'upstream_unavailable'
