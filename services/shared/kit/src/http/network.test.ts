import { isIPv6 } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { networkOf } from './network.ts'

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8:0:1:aaaa:bbbb:cccc:dddd', '2001:db8:0:1::/64'],
  ['2001:DB8::1', '2001:db8:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['1::2:3:4:5:6:7', '1:0:2:3::/64'],
])('%s belongs to %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test('whatever the last 64 bits are and however the address is written, it is the same network', () => {
  const group = fc.integer({ min: 0, max: 0xffff })
  const four = fc.tuple(group, group, group, group)
  fc.assert(
    fc.property(four, four, four, (first, one, other) => {
      const written = (ending: number[]) => [...first, ...ending].map((part) => part.toString(16)).join(':')
      // Brings the shortest form about, as `::` for the longest row of zeros.
      const short = (address: string) => new URL(`http://[${address}]`).hostname.slice(1, -1)
      const network = networkOf(written(one))
      expect(networkOf(written(other))).toBe(network)
      expect(isIPv6(short(written(other)))).toBe(true)
      expect(networkOf(short(written(other)))).toBe(network)
    }),
    { numRuns: 1_000 },
  )
})
