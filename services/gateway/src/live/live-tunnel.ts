import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { badRequest, notFound, Problem, tooManyRequests, unavailable } from '@alta/kit/errors'
import { EDGE_PROOF_HEADER, edgeProof } from '@alta/kit/http/edge-proof'
import { clientGone } from '@alta/kit/http/json-body'
import { networkOf } from '@alta/kit/http/network'
import { refuseOnSocket } from '@alta/kit/http/raw-answer'
import { currentContext, requestIdFrom, withContext } from '@alta/kit/http/request-context'
import { log } from '@alta/kit/telemetry/log'
import { clientAddress } from '../edge/client-address.ts'
import { safePath } from '../edge/safe-path.ts'
import { limitRequests } from '../limits/limit-requests.ts'
import type { Limiter } from '../limits/limiter.ts'
import type { Policies } from '../limits/policies.ts'
import { ownCountedAs } from '../limits/route-limits.ts'
import { countRefusedSocket } from './live-metrics.ts'
import { checkOrigin } from './origin.ts'
import { openUpstream, type Upgraded } from './upstream-socket.ts'

const PARTING_MS = 5_000
const LIVE_PATH = '/api/v1/notifications/live'

export interface LiveRules {
  /** Where `notifications` takes WebSockets. None: there are no live updates. */
  places: readonly URL[]
  /** Shared with `notifications`. */
  edgeKey: string
  origins: ReadonlySet<string>
  /** Connections from one address, or one IPv6 network. */
  perAddress: number
  /** Milliseconds for the service to answer a goodbye; five seconds unless told. */
  partingMs?: number
}

interface Tunnel {
  part(): void
  sendAway(): void
}

export interface LiveTunnels {
  /** Sends everybody away over so many milliseconds, so that they do not all come back at once. */
  drain(milliseconds: number): Promise<void>
}

/**
 * WebSockets from outside to `notifications`, byte by byte: what they say, and how much of it, is judged there.
 * No credential but the single-use ticket passes.
 */
export function serveLiveTunnels(
  server: Server,
  rules: LiveRules,
  options: { trustedHops: number; policies: Policies; limiter: Limiter },
): LiveTunnels {
  const proof = edgeProof(rules.edgeKey)
  const limit = limitRequests(options.policies, options.limiter)
  const open = new Set<Tunnel>()
  const perNetwork = new Map<string, number>()
  let draining = false

  async function welcome(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { path, search } = safePath(request.url ?? '')
    if (path !== LIVE_PATH) {
      throw notFound('route_not_found', 'There is no WebSocket at this address.')
    }
    await limit(ownCountedAs(path), { setHeader: () => undefined })
    // Whoever left meanwhile has no `close` to come, which would end being counted.
    if (socket.destroyed) throw clientGone()
    checkOrigin(request.headers, rules.origins)
    const network = networkOf(currentContext()?.clientAddress ?? '')
    if (draining || rules.places.length === 0) {
      throw unavailable('live_unavailable', 'Live updates are not possible here right now.')
    }
    const count = perNetwork.get(network) ?? 0
    if (count >= rules.perAddress) {
      throw tooManyRequests('too_many_connections', 'There are too many connections from your address.', {
        headers: { 'retry-after': '5' },
      })
    }
    perNetwork.set(network, count + 1)
    socket.once('close', () => {
      const left = (perNetwork.get(network) ?? 1) - 1
      if (left > 0) perNetwork.set(network, left)
      else perNetwork.delete(network)
    })
    const gone = new AbortController()
    const leave = (): void => gone.abort()
    socket.once('close', leave)
    const upgraded = await openUpstream(rules.places, path + search, headersOf(request), gone.signal)
    socket.off('close', leave)
    if (socket.destroyed) upgraded.socket.destroy()
    else join(socket, head, upgraded)
  }

  function headersOf({ headers }: IncomingMessage) {
    const protocols = headers['sec-websocket-protocol'] ?? ''
    const key = headers['sec-websocket-key']
    if (key === undefined) throw badRequest('bad_handshake', 'This is no WebSocket handshake (RFC 6455).')
    const ticket = /(?:^|[,\s])ticket\.([A-Za-z0-9_-]{1,100})/.exec(protocols)?.[1] ?? ''
    return {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': key,
      'sec-websocket-version': headers['sec-websocket-version'] ?? '',
      'sec-websocket-protocol': protocols,
      'x-request-id': currentContext()?.requestId ?? '',
      [EDGE_PROOF_HEADER]: proof.prove(ticket),
    }
  }

  function join(client: Duplex, head: Buffer, { response, socket: upstream, head: first }: Upgraded): void {
    client.write(switching(response, currentContext()?.requestId ?? ''))
    if (first.length > 0) client.write(first)
    if (head.length > 0) upstream.write(head)
    const part = (): void => {
      client.destroy()
      upstream.destroy()
      open.delete(tunnel)
    }
    const sendAway = (): void => {
      client.unpipe(upstream)
      upstream.write(GOING_AWAY)
    }
    const tunnel = { part, sendAway }
    for (const socket of [client, upstream]) {
      // Both are TCP, and live for longer than any request.
      ;(socket as Socket).setTimeout(0).setNoDelay(true).setKeepAlive(true, 30_000)
      socket.on('error', part)
      socket.once('close', part)
    }
    open.add(tunnel)
    client.pipe(upstream)
    upstream.pipe(client)
    if (draining) sendAway()
  }

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Until it is joined nobody else listens, and a lost connection would end the process.
    socket.on('error', () => undefined)
    const requestId = requestIdFrom(String(request.headers['x-request-id'] ?? ''))
    const context = {
      requestId,
      correlationId: requestId,
      clientAddress: clientAddress(request, options.trustedHops),
    }
    withContext(context, () =>
      welcome(request, socket, head).then(
        () => log.info({ path: LIVE_PATH, status: 101 }, 'opened a WebSocket'),
        (error: unknown) => {
          log.info({ err: error }, 'refused a WebSocket')
          countRefusedSocket(error instanceof Problem ? error.code : 'other')
          refuseOnSocket(socket, error, requestId)
        },
      ),
    )
  })

  return {
    async drain(milliseconds) {
      draining = true
      const leaving = [...open]
      for (const [index, { sendAway }] of leaving.entries()) {
        sendAway()
        if (index % 50 === 49) await delay((50 * milliseconds) / leaving.length)
      }
      // Nothing else ends a connection that is no longer HTTP, and the server waits for each.
      const cut = (): void => {
        for (const { part } of open) part()
      }
      setTimeout(cut, rules.partingMs ?? PARTING_MS).unref()
    },
  }
}

/**
 * A client's close frame with the code 1001: the service answers it with one, which is how the client learns. Should
 * a message be half sent, this breaks the protocol instead, and the connection ends all the same.
 */
const GOING_AWAY = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9])

const passedOn = ['upgrade', 'connection', 'sec-websocket-accept', 'sec-websocket-protocol']

function switching({ headers }: IncomingMessage, requestId: string): string {
  const lines = passedOn.flatMap((name) => (headers[name] ? [`${name}: ${String(headers[name])}`] : []))
  return ['HTTP/1.1 101 Switching Protocols', ...lines, `x-request-id: ${requestId}`, '', ''].join('\r\n')
}
