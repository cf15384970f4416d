import type { IncomingMessage, ServerResponse } from 'node:http'
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { quietPaths } from './quiet-paths.ts'

/**
 * Runs `work` in the span of a request, below that of the caller if it names one. Nothing happens around it where
 * tracing was not preloaded, and a span that nobody will see is no more than its ids.
 */
export function withRequestSpan(request: IncomingMessage, response: ServerResponse, work: () => void): void {
  const { method = '', url = '' } = request
  if (quietPaths.test(url)) {
    work()
    return
  }
  const caller = propagation.extract(ROOT_CONTEXT, request.headers)
  const span = trace.getTracer('@alta/kit').startSpan(method, { kind: SpanKind.SERVER }, caller)
  if (span.isRecording()) {
    // Without the query, in which there may be something secret.
    span.setAttributes({ 'http.request.method': method, 'url.path': url.split('?', 1)[0] ?? '' })
    response.once('close', () => {
      const { statusCode } = response
      span.setAttribute('http.response.status_code', statusCode)
      if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    })
  }
  context.with(trace.setSpan(caller, span), work)
}
