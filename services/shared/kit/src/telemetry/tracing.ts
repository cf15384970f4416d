import {
  type Attributes,
  context,
  isSpanContextValid,
  type Link,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'

const tracer = () => trace.getTracer('@alta/kit')

/** W3C `traceparent` of the span the caller is in; undefined when tracing was not preloaded. */
export function currentTraceparent(): string | undefined {
  const span = trace.getActiveSpan()?.spanContext()
  return span && isSpanContextValid(span) ? traceparentOf(span) : undefined
}

/**
 * Traceparent in an earlier trace for what the caller does now: a short span there, linked to the caller's own.
 * For work that waits for a person: the decision carries on the trace of the upload, not that of the click.
 */
export function traceparentContinuing(traceparent: string, name: string): string | undefined {
  const parent = spanContextOf(traceparent)
  if (!parent) return currentTraceparent()
  const span = tracer().startSpan(
    name,
    { kind: SpanKind.PRODUCER, links: currentLink() },
    trace.setSpanContext(ROOT_CONTEXT, parent),
  )
  span.end()
  const own = span.spanContext()
  return isSpanContextValid(own) ? traceparentOf(own) : traceparent
}

export interface SpanOptions {
  readonly kind?: SpanKind
  readonly links?: readonly Link[]
}

/**
 * Runs `work` in a span below `traceparent`, or in a new trace where that is missing or malformed.
 * What `work` throws is recorded on the span and thrown on.
 */
export function withSpanFrom<Result>(
  traceparent: string | undefined,
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<Result>,
  options: SpanOptions = {},
): Promise<Result> {
  const parent = traceparent === undefined ? undefined : spanContextOf(traceparent)
  const around = parent ? trace.setSpanContext(context.active(), parent) : trace.deleteSpan(context.active())
  const { kind = SpanKind.CONSUMER, links = [] } = options
  return tracer().startActiveSpan(name, { kind, attributes, links: [...links] }, around, (span) =>
    finish(span, work),
  )
}

/** Runs `work` in a span below the current one. */
export function withSpan<Result>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  return tracer().startActiveSpan(name, { attributes }, (span) => finish(span, work))
}

/** For `links`; none when the traceparent is malformed. */
export function linkTo(traceparent: string): Link[] {
  const span = spanContextOf(traceparent)
  return span ? [{ context: span }] : []
}

/** Sends what has not been sent yet. Call last before the process ends; never throws. */
export async function flushTraces(): Promise<void> {
  const provider = trace.getTracerProvider()
  const delegate = provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider
  if ('forceFlush' in delegate && typeof delegate.forceFlush === 'function') {
    // A trace collector that is away must not keep a service from stopping.
    await Promise.resolve(delegate.forceFlush({ timeoutMillis: 3000 })).catch(() => undefined)
  }
}

async function finish<Result>(span: Span, work: (span: Span) => Promise<Result>): Promise<Result> {
  try {
    return await work(span)
  } catch (error) {
    const known = error instanceof Error ? error : new Error(String(error))
    span.recordException(known)
    span.setStatus({ code: SpanStatusCode.ERROR, message: known.message })
    throw error
  } finally {
    span.end()
  }
}

function currentLink(): Link[] {
  const span = trace.getActiveSpan()?.spanContext()
  return span && isSpanContextValid(span) ? [{ context: span }] : []
}

const traceparentOf = (span: SpanContext): string =>
  `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`

function spanContextOf(traceparent: string): SpanContext | undefined {
  const [, traceId, spanId, flags] =
    /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/.exec(traceparent) ?? []
  if (!traceId || !spanId || !flags) return undefined
  const span = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
  }
  return isSpanContextValid(span) ? span : undefined
}
