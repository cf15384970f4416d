import type { IncomingHttpHeaders } from 'node:http'
import { Socket } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accessToken, startGateway } from '../testing/gateway-fixture.ts'
import { clientAddress } from './client-address.ts'

const proxy = '10.9.8.7'
const seenBy = (headers: IncomingHttpHeaders, hops: number, remoteAddress = proxy) =>
  clientAddress(
    { headers, socket: Object.defineProperty(new Socket(), 'remoteAddress', { value: remoteAddress }) },
    hops,
  )

test('behind one proxy the caller is the last entry, behind two the one before it', () => {
  const headers = { 'x-forwarded-for': '203.0.113.9, 198.51.100.4' }
  expect(seenBy(headers, 0)).toBe(proxy)
  expect(seenBy(headers, 1)).toBe('198.51.100.4')
  expect(seenBy(headers, 2)).toBe('203.0.113.9')
})

test('an entry that is missing or no address: the connection', () => {
  expect(seenBy({}, 1)).toBe(proxy)
  expect(seenBy({ 'x-forwarded-for': '203.0.113.9' }, 2)).toBe(proxy)
  for (const bad of [
    '',
    'unknown',
    '1.2.3',
    '01.2.3.4',
    '1.2.3.4:80',
    '[::1]',
    'fe80::1%eth0',
    '1.2.3.4;x',
    '::g',
  ])
    expect(seenBy({ 'x-forwarded-for': `203.0.113.9, ${bad}` }, 1), bad).toBe(proxy)
})

test('an address has one spelling', () => {
  expect(seenBy({}, 0, '::ffff:192.0.2.1')).toBe('192.0.2.1')
  expect(seenBy({ 'x-forwarded-for': '::FFFF:c000:201' }, 1)).toBe('192.0.2.1')
  expect(seenBy({ 'x-forwarded-for': '2001:DB8:0:0:0:0:0:1' }, 1)).toBe('2001:db8::1')
})

test('whatever a caller writes in front, behind one proxy it changes nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string())), fc.ipV4(), (forged, seen) => {
      expect(seenBy({ 'x-forwarded-for': [...forged, seen].join(', ') }, 1)).toBe(seen)
    }),
  )
})

test('forged headers reach neither the services nor the audit log; the proxy’s word does', async () => {
  const forged = {
    authorization: `Bearer ${await accessToken()}`,
    'x-forwarded-for': '203.0.113.9, 198.51.100.4',
    'x-real-ip': '203.0.113.9',
    forwarded: 'for=203.0.113.9',
    'alta-client-address': '203.0.113.9',
  }
  for (const [trustedHops, address] of [
    [0, '127.0.0.1'],
    [1, '198.51.100.4'],
  ] as const) {
    const gateway = await startGateway({ trustedHops })
    await fetch(`${gateway.url}/api/v1/projects`, { headers: forged })
    const headers = gateway.stub.calls[0]?.headers ?? {}
    expect(headers['alta-client-address']).toBe(address)
    expect(headers['x-forwarded-for']).toBe(address)
    expect(headers).not.toHaveProperty('x-real-ip')
    await gateway.close()
  }
})
