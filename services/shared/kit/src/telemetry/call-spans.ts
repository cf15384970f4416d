import { subscribe } from 'node:diagnostics_channel'
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { quietPaths } from './quiet-paths.ts'

/** What undici tells of a request, be it ours or of Node's own `fetch`. */
interface Call {
  readonly origin: string | URL
  readonly method: string
  readonly path: string
  addHeader(name: string, value: string): unknown
}

/** Gives every call that this process makes a span below the caller's, and tells the other side of it. */
export function traceCalls(): void {
  const spans = new WeakMap<Call, Span>()

  on<{ request: Call }>('undici:request:create', ({ request }) => {
    const { method, path, origin } = request
    if (quietPaths.test(path)) return
    const span = trace.getTracer('@alta/kit').startSpan(method, { kind: SpanKind.CLIENT })
    propagation.inject(trace.setSpan(context.active(), span), request, {
      set: (call, name, value) => call.addHeader(name, value),
    })
    if (!span.isRecording()) return
    const url = URL.parse(path, origin)
    span.setAttributes({
      'http.request.method': method,
      'url.path': url?.pathname ?? path,
      'server.address': url?.hostname ?? '',
      'server.port': Number(url?.port ?? 0),
    })
    spans.set(request, span)
  })
  on<{ request: Call; response: { statusCode: number } }>(
    'undici:request:headers',
    ({ request, response }) => {
      const span = spans.get(request)
      span?.setAttribute('http.response.status_code', response.statusCode)
      if (response.statusCode >= 400) span?.setStatus({ code: SpanStatusCode.ERROR })
    },
  )
  on<{ request: Call }>('undici:request:trailers', ({ request }) => spans.get(request)?.end())
  on<{ request: Call; error: Error }>('undici:request:error', ({ request, error }) => {
    const span = spans.get(request)
    span?.recordException(error)
    span?.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
    span?.end()
  })
}

/** @param tell gets what undici documents for that channel */
const on = <Message>(channel: string, tell: (message: Message) => void): void =>
  subscribe(channel, (message) => tell(message as Message))
