import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** What the network does to what passes: everything unset is a good network. */
export interface Weather {
  /** Nothing passes, and nobody is told: packets vanish in this direction, or in both. */
  readonly lost?: 'both' | 'to-server' | 'to-client'
  /** Milliseconds that each piece takes longer, in each direction, give or take `jitter`. */
  readonly delay?: number
  readonly jitter?: number
  /** Pieces of so many bytes, one write each. */
  readonly pieces?: number
  /** Bytes a second in each direction. */
  readonly rate?: number
}

/** A TCP hop between a process and its server, where a test makes the weather. */
export interface Hop extends AsyncDisposable {
  readonly port: number
  weather(next: Weather): void
  /** Ends all connections at once, as a switch that loses its table. */
  cut(): void
}

export async function startHop(serverPort: number): Promise<Hop> {
  let weather: Weather = {}
  const sockets = new Set<Socket>()

  async function carry(from: Socket, to: Socket, direction: 'to-server' | 'to-client'): Promise<void> {
    for await (const chunk of from) {
      const bytes: Buffer = chunk
      const size = weather.pieces ?? bytes.length
      for (let at = 0; at < bytes.length; at += size) {
        const piece = bytes.subarray(at, at + size)
        // A lost packet is sent again until it arrives: TCP shows it as waiting.
        while (weather.lost === 'both' || weather.lost === direction) await delay(20)
        const { delay: latency = 0, jitter = 0, rate } = weather
        const wait = latency + (Math.random() * 2 - 1) * jitter + (rate ? (piece.length / rate) * 1_000 : 0)
        if (wait > 0) await delay(wait)
        if (to.destroyed) return
        if (!to.write(piece)) await Promise.race([once(to, 'drain'), once(to, 'close')])
      }
    }
    to.end()
  }

  const server = createServer({ noDelay: true }, (client) => {
    const upstream = createConnection({ port: serverPort, host: '127.0.0.1', noDelay: true })
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      // Either end may break off: that is what the proxy is for. The other one is told by the close below.
      socket.on('error', () => undefined)
      socket.once('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    const broken = () => undefined // the sockets' own events end both sides
    carry(client, upstream, 'to-server').catch(broken)
    carry(upstream, client, 'to-client').catch(broken)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    // A server that listens on TCP has an address with a port.
    port: typeof address === 'object' && address ? address.port : 0,
    weather(next) {
      weather = next
    },
    cut,
    async [Symbol.asyncDispose]() {
      weather = {}
      cut()
      server.close()
    },
  }
}
