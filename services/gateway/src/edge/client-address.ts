import type { IncomingMessage } from 'node:http'
import { isIP, SocketAddress } from 'node:net'

/**
 * Whose request it is: the address that the outermost of our own proxies saw. Each proxy adds the address that it saw
 * to the end of `x-forwarded-for`, so with one proxy the last entry is true, and whatever stands before it was written
 * by whoever asks.
 * @param hops proxies in front of the gateway; 0: the connection is the caller's own
 * @returns the connection's address where that entry is missing or is no address
 */
export function clientAddress(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  hops: number,
): string {
  const connection = normalised(socket.remoteAddress ?? '') ?? ''
  if (hops === 0) return connection
  // Node joins the header's lines with commas, in their order.
  const forwarded = headers['x-forwarded-for']
  return normalised([forwarded ?? ''].flat().join().split(',').at(-hops)?.trim() ?? '') ?? connection
}

/** One spelling for each address, IPv4 where IPv6 only carries it; undefined for what is no address. */
function normalised(text: string): string | undefined {
  // Without the zone of link-local addresses: it means something on one machine only.
  const family = text.includes('%') ? 0 : isIP(text)
  if (family === 0) return undefined
  if (family === 4) return text
  const { address } = new SocketAddress({ address: text, family: 'ipv6' })
  return mappedForm.exec(address)?.[1] ?? address
}

const mappedForm = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/
