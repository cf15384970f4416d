import type { IncomingMessage, ServerResponse } from 'node:http'
import { withRequestSpan } from '../telemetry/request-span.ts'
import { requestIdFrom, withContext } from './request-context.ts'

/** What every request begins with: its span, and the id that all that follows from it is known by. */
export function beginRequest(request: IncomingMessage, response: ServerResponse, work: () => void): void {
  const sent = request.headers['x-request-id']
  const requestId = requestIdFrom(typeof sent === 'string' ? sent : undefined)
  response.setHeader('x-request-id', requestId)
  response.setHeader('x-content-type-options', 'nosniff')
  withRequestSpan(request, response, () => withContext({ requestId, correlationId: requestId }, work))
}
