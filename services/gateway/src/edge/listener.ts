import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'

export interface ListenerLimits {
  /** Milliseconds to send the head of a request. */
  headers: number
  /** Milliseconds to send a whole request; shorter ones for JSON bodies are the router's. */
  request: number
  connections: number
}

/** The public HTTP server: what Node does before any of our code sees a request is set here. */
export function publicServer(app: RequestListener, limits: ListenerLimits): Server {
  const server = createServer(
    {
      maxHeaderSize: 16 * 1024,
      headersTimeout: limits.headers,
      requestTimeout: limits.request,
      // Time-outs are looked for this often; Node's own half a minute would triple the first of them.
      connectionsCheckingInterval: Math.min(1_000, limits.headers),
      keepAliveTimeout: 65_000,
      insecureHTTPParser: false,
      requireHostHeader: true,
      joinDuplicateHeaders: false,
      // Programs offer HTTP/2 that way (`Upgrade: h2c`) with an ordinary request, which is answered as one (RFC 9110, 7.8).
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    app,
  )
  server.maxConnections = limits.connections
  // A caller who asks first (Expect: 100-continue) hears a refusal before sending; the proxy says "go on".
  server.on('checkContinue', app)
  return server
}

/** @throws {Error} when the port is taken */
export async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host)
  await once(server, 'listening')
}
