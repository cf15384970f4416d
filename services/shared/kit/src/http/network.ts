import { isIPv6 } from 'node:net'

/**
 * What a caller can hardly change: an IPv4 address, or the first 64 bits of an IPv6 one, of which every
 * connection has the rest to choose from.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const [bare = ''] = address.split('%')
  const [left = '', right] = bare.split('::')
  const groups = left === '' ? [] : left.split(':')
  if (right !== undefined) {
    const ending = right === '' ? [] : right.split(':')
    // An ending in dotted form stands for two groups, both beyond the first four.
    const taken = groups.length + ending.length + (right.includes('.') ? 1 : 0)
    groups.push(...Array<string>(8 - taken).fill('0'), ...ending)
  }
  const first = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${first.join(':')}::/64`
}
