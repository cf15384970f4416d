import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceivedSpan {
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

/** A collector that speaks OTLP over HTTP in its JSON form and keeps every span; `GET /` gives them back. */
export async function startTraceReceiver(): Promise<{ url: string; close(): Promise<void> }> {
  const spans: ReceivedSpan[] = []
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(spans))
      return
    }
    let text = ''
    for await (const part of request) text += part
    if (request.headers['content-type']?.startsWith('application/json'))
      spans.push(...spansOf(JSON.parse(text)))
    response.setHeader('content-type', 'application/json')
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // listening on TCP, so never a pipe's name
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function spansOf(body: OtlpBody): ReceivedSpan[] {
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
