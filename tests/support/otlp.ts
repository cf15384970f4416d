import { bytesOf, type Fields, messagesOf, numberOf, readMessage, textOf } from './protobuf.ts'

export interface ReceivedSpan {
  /** `documents`, or `documents-daprd` for its sidecar. */
  service: string
  name: string
  traceId: string
  spanId: string
  parentSpanId: string
  links: string[]
  /** Milliseconds since 1970. */
  startMs: number
  endMs: number
}

interface OtlpSpan {
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  links?: { traceId: string }[]
  startTimeUnixNano?: string
  endTimeUnixNano?: string
}
interface OtlpBody {
  resourceSpans?: {
    resource?: { attributes?: { key: string; value?: { stringValue?: string } }[] }
    scopeSpans?: { spans?: OtlpSpan[] }[]
  }[]
}

/** Of services, which send JSON. */
export function spansOfJson(text: string): ReceivedSpan[] {
  // Their exporter's own form; what it leaves out is handled below.
  const body = JSON.parse(text) as OtlpBody
  return (body.resourceSpans ?? []).flatMap(({ resource, scopeSpans }) => {
    const name = resource?.attributes?.find(({ key }) => key === 'service.name')?.value?.stringValue ?? ''
    return (scopeSpans ?? []).flatMap(({ spans = [] }) =>
      spans.map((span) => ({
        service: name,
        name: span.name,
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        links: (span.links ?? []).map((link) => link.traceId),
        startMs: Number(span.startTimeUnixNano ?? 0) / 1e6,
        endMs: Number(span.endTimeUnixNano ?? 0) / 1e6,
      })),
    )
  })
}

/** Of sidecars, which send Protocol Buffers. Numbers of fields are those of opentelemetry/proto/trace/v1. */
export function spansOfProtobuf(bytes: Buffer): ReceivedSpan[] {
  return messagesOf(readMessage(bytes), 1).flatMap((resourceSpans) => {
    const attributes = messagesOf(resourceSpans, 1).flatMap((resource) => messagesOf(resource, 1))
    const name = attributes.find((attribute) => textOf(attribute, 1) === 'service.name')
    const service = name ? messagesOf(name, 2).map((value) => textOf(value, 1))[0] : ''
    return messagesOf(resourceSpans, 2)
      .flatMap((scopeSpans) => messagesOf(scopeSpans, 2))
      .map((span) => ({
        service: `${service}-daprd`,
        name: textOf(span, 5),
        traceId: hex(span, 1),
        spanId: hex(span, 2),
        parentSpanId: hex(span, 4),
        links: messagesOf(span, 13).map((link) => hex(link, 1)),
        startMs: Number(numberOf(span, 7)) / 1e6,
        endMs: Number(numberOf(span, 8)) / 1e6,
      }))
  })
}

const hex = (fields: Fields, field: number): string => bytesOf(fields, field)[0]?.toString('hex') ?? ''
