import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { InvokeAnswer } from '@alta/kit/dapr/sidecar'
import { log } from '@alta/kit/telemetry/log'
import { mayBePage } from '../routes.ts'
import type { RouteEntry } from '../routing/route-entry.ts'
import { packing } from './compression.ts'
import { responseHeaders } from './forwarded-headers.ts'
import { pagePolicy, securityHeaderNames } from './security-headers.ts'

export const EVENT_STREAM = 'text/event-stream'

/**
 * Hands a service's answer to the caller, as it comes. One that is here whole goes out in one packet and without a stream
 * in between.
 * @param gone aborted once the caller has left
 * @param timeout milliseconds that either side may stand still
 */
export async function deliverAnswer(
  answer: InvokeAnswer,
  { route, path }: { route: RouteEntry; path: string },
  exchange: { request: IncomingMessage; response: ServerResponse; gone: AbortSignal },
  timeout: number,
): Promise<void> {
  const { request, response, gone } = exchange
  response.statusCode = answer.status
  responseHeaders(answer.headers, (name, value) => {
    if (!securityHeaderNames.has(name)) response.setHeader(name, value)
  })
  const { headers: packed, through } = packing(request, route, answer)
  for (const [name, value] of Object.entries(packed)) response.setHeader(name, value)
  if (through) response.removeHeader('content-length')
  const policy = mayBePage(path) ? pagePolicy(answer.headers['content-security-policy']) : undefined
  if (policy) response.setHeader('content-security-policy', policy)
  if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store')

  const whole = through ? undefined : answer.whole
  if (whole) {
    response.end(whole)
    // What the connection has not taken at once waits for a caller who may never read it.
    if (response.writableLength > 0) response.setTimeout(timeout, () => response.destroy())
    return
  }
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
    await (through ? pipeline(answer.body, through, response) : pipeline(answer.body, response))
  } catch (error) {
    // The status is out. `pipeline` has cut the connection, which tells the caller that this is not all.
    if (!gone.aborted) log.warn({ err: error, appId: route.upstream }, 'an answer broke off')
  }
}
