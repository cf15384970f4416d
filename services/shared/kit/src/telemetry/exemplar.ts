import { isSpanContextValid, TraceFlags, trace } from '@opentelemetry/api'

/** `trace_id`, which leads from a point in a panel to the trace it came from; empty for none. */
export type Exemplar = Record<string, string>

/** Of the span the caller is in; empty where none is, or where its trace is not kept. */
export function currentExemplar(): Exemplar {
  const span = trace.getActiveSpan()?.spanContext()
  if (!span || (span.traceFlags & TraceFlags.SAMPLED) === 0 || !isSpanContextValid(span)) return {}
  return { trace_id: span.traceId }
}
