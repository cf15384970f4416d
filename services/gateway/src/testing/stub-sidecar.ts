import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface SeenCall {
  appId: string | undefined
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: string
}

type Reply = (request: IncomingMessage, response: ServerResponse) => void

export interface StubSidecar {
  port: number
  /** Calls that reached a service, documents and health not among them; whole bodies. */
  calls: SeenCall[]
  /** How a service answers from now on; everything gets `{ "from": "<app-id>" }` otherwise. */
  answer(appId: string, reply: Reply): void
  /** Services that the sidecar cannot reach. */
  away: Set<string>
  /** Services whose own report says that they work in part. */
  degraded: Set<string>
  close(): Promise<void>
}

/** What daprd 1.18 answers when it cannot reach an app, and when an app refuses an event stream. */
export function directInvokeFailure(response: ServerResponse, message: string): void {
  response.writeHead(500, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ errorCode: 'ERR_DIRECT_INVOKE', message }))
}

/**
 * Stands in for daprd's service invocation: routes by `dapr-app-id` and answers failures as daprd does.
 * @param documents OpenAPI document by app-id
 * @param jwks what identity publishes
 */
export async function startStubSidecar(
  documents: Readonly<Record<string, unknown>>,
  jwks: unknown,
): Promise<StubSidecar> {
  const replies = new Map<string, Reply>()
  const away = new Set<string>()
  const degraded = new Set<string>()
  const calls: SeenCall[] = []

  const server = createServer((request, response) => {
    const appId = request.headers['dapr-app-id']
    const name = typeof appId === 'string' ? appId : ''
    const json = (value: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    }
    if (away.has(name)) {
      request.resume()
      return directInvokeFailure(
        response,
        `failed to invoke, id: ${name}, err: failed to resolve address for '${name}-dapr': not found`,
      )
    }
    if (request.url === '/.well-known/jwks.json') return json(jwks)
    if (request.url === '/openapi.json') return json(documents[name])
    if (request.url === '/health')
      return json({
        service: name,
        status: degraded.has(name) ? 'degraded' : 'ok',
        causes: [],
        components: [
          {
            name: 'postgres',
            status: degraded.has(name) ? 'degraded' : 'ok',
            latencyMs: 1,
            needed: true,
            ...(degraded.has(name) ? { reason: 'nothing can be stored: /var/lib is full' } : {}),
          },
        ],
      })

    const call: SeenCall = {
      appId: name,
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: '',
    }
    calls.push(call)
    request.setEncoding('utf8')
    request.on('data', (text: string) => {
      call.body += text
    })
    const reply = replies.get(name)
    if (reply) return reply(request, response)
    request.on('end', () => json({ from: name }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    // `listening` was emitted for a TCP port.
    port: (server.address() as AddressInfo).port,
    calls,
    away,
    degraded,
    answer: (appId, reply) => replies.set(appId, reply),
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
