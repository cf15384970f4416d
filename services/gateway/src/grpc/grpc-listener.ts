import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { networkOf } from '@alta/kit/http/network'
import type { ConnectionInjector } from '@grpc/grpc-js'
import { clientAddress } from '../edge/client-address.ts'

export interface ConnectionLimits {
  /** Connections at once. */
  connections: number
  /** Of them from one address (IPv6: each /64). Behind proxies of ours, whose connections carry everybody's calls, it does not count. */
  perAddress: number
}

export interface GrpcListener {
  port: number
  /** Takes no more connections; those that there are stay. */
  stop(): void
}

/** Takes connections for a gRPC server, which itself takes as many as come. What is too many is cut before it is read. */
export async function listenForGrpc(
  server: Pick<ConnectionInjector, 'injectConnection'>,
  place: { host: string; port: number; trustedHops: number },
  limits: ConnectionLimits,
): Promise<GrpcListener> {
  const connected = new Map<string, number>()

  function take(socket: Socket): void {
    // Until the server has it, an error would have nobody who listens.
    socket.on('error', () => undefined)
    const network = networkOf(clientAddress({ headers: {}, socket }, 0))
    const count = connected.get(network) ?? 0
    if (place.trustedHops === 0 && count >= limits.perAddress) {
      socket.destroy()
      return
    }
    connected.set(network, count + 1)
    socket.once('close', () => {
      const left = (connected.get(network) ?? 1) - 1
      if (left > 0) connected.set(network, left)
      else connected.delete(network)
    })
    server.injectConnection(socket)
  }

  const listener = createServer({ noDelay: true }, take)
  listener.maxConnections = limits.connections
  listener.listen(place.port, place.host)
  await once(listener, 'listening')
  // It listens on a TCP port.
  const { port } = listener.address() as AddressInfo
  return { port, stop: () => listener.close() }
}
