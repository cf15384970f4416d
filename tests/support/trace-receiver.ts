import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type ReceivedSpan, spansOfJson, spansOfProtobuf } from './otlp.ts'

/** A collector that speaks OTLP over HTTP, as JSON and as Protocol Buffers, and keeps every span; `GET /` gives them back. */
export async function startTraceReceiver(): Promise<{ url: string; close(): Promise<void> }> {
  const spans: ReceivedSpan[] = []
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(spans))
      return
    }
    const body = await buffer(request)
    const isJson = request.headers['content-type']?.startsWith('application/json')
    spans.push(...(isJson ? spansOfJson(body.toString()) : spansOfProtobuf(body)))
    response.setHeader('content-type', isJson ? 'application/json' : 'application/x-protobuf')
    // Everything was taken: an empty message in either form.
    response.end(isJson ? '{}' : '')
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
