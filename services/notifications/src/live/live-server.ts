import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { badRequest, forbidden, notFound, unauthorized } from '@alta/kit/errors'
import { EDGE_PROOF_HEADER, type EdgeProof } from '@alta/kit/http/edge-proof'
import { refuseOnSocket } from '@alta/kit/http/raw-answer'
import { requestIdFrom } from '@alta/kit/http/request-context'
import { log } from '@alta/kit/telemetry/log'
import { WebSocketServer } from 'ws'
import { type ConnectionRules, liveConnection } from './live-connection.ts'
import { type LiveHub, readPosition } from './live-hub.ts'
import type { Tickets } from './tickets.ts'

export const LIVE_PATH = '/api/v1/notifications/live'
export const LIVE_PROTOCOL = 'alta.live.v1'
/** Bytes of a message from a client: a ticket and the words around it. */
const LARGEST_MESSAGE = 1024

export interface LiveServer {
  port: number
  /** Lets nobody in any more; ends when everybody is gone or after so many milliseconds. */
  close(milliseconds: number): Promise<void>
}

/**
 * The port for WebSockets, which do not pass Dapr. Only the gateway gets in, by the proof that it shows, and only with
 * a ticket that somebody has bought with a token over the usual way: no token ever comes here.
 */
export async function openLiveServer(options: {
  host: string
  port: number
  proof: EdgeProof
  tickets: Tickets
  hub: LiveHub
  rules: ConnectionRules
}): Promise<LiveServer> {
  const { hub, tickets, proof } = options
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    // Messages are small, and a compressor for each connection is not.
    perMessageDeflate: false,
    maxPayload: LARGEST_MESSAGE,
    handleProtocols: () => LIVE_PROTOCOL,
  })

  async function welcome(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { ticket, after } = askedFor(request, proof)
    const holder = await tickets.redeem(ticket)
    hub.admit(holder)
    const leave = await hub.prepare(holder)
    let entered = false
    try {
      // Others may have come while the database was asked.
      hub.admit(holder)
      sockets.handleUpgrade(request, socket, head, (websocket) => {
        entered = true
        const connection = liveConnection(websocket, holder, options.rules, tickets.redeem)
        const exit = hub.enter(connection, after)
        websocket.once('close', () => {
          exit()
          leave()
        })
      })
    } finally {
      if (!entered) leave()
    }
  }

  const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 }, (request, response) => {
    request.resume()
    response.statusCode = 404
    response.end()
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Until it is a WebSocket nobody else listens, and a lost connection would end the process.
    socket.on('error', () => undefined)
    welcome(request, socket, head).catch((error: unknown) => {
      const requestId = requestIdFrom(String(request.headers['x-request-id'] ?? ''))
      log.info({ err: error, requestId }, 'refused a live connection')
      refuseOnSocket(socket, error, requestId)
    })
  })
  server.listen(options.port, options.host)
  await once(server, 'listening')
  const beats = setInterval(hub.beat, 30_000)

  return {
    // The server listens on a TCP port.
    port: (server.address() as AddressInfo).port,
    async close(milliseconds) {
      clearInterval(beats)
      await hub.drain(milliseconds / 2)
      const closed = once(server, 'close')
      server.close()
      const cut = setTimeout(() => {
        for (const websocket of sockets.clients) websocket.terminate()
        server.closeAllConnections()
      }, milliseconds / 2)
      await closed
      clearTimeout(cut)
    },
  }
}

function askedFor({ url = '', headers }: IncomingMessage, proof: EdgeProof) {
  const { pathname, searchParams } = new URL(url, 'http://gateway')
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim())
  const ticket = offered.find((each) => each.startsWith('ticket.'))?.slice('ticket.'.length)
  if (!proof.holds(ticket ?? '', headers[EDGE_PROOF_HEADER])) {
    throw forbidden('edge_proof_required', 'Come through the gateway.')
  }
  if (pathname !== LIVE_PATH) throw notFound('route_not_found', 'Nothing lives at this path.')
  if (!offered.includes(LIVE_PROTOCOL)) {
    throw badRequest('subprotocol_required', `Offer the subprotocol ${LIVE_PROTOCOL}.`, {
      extensions: { supported: [LIVE_PROTOCOL] },
    })
  }
  if (!ticket) {
    throw unauthorized('ticket_required', 'Ask for a ticket and offer the subprotocol "ticket.<ticket>".')
  }
  const text = searchParams.get('after')
  const after = text === null ? undefined : readPosition(text)
  if (text !== null && !after) throw badRequest('invalid_position', '"after" is no position in the stream.')
  return { ticket, after }
}
