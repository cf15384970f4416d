import { afterEach, beforeEach, expect, test } from 'vitest'
import { accessToken, startGateway, type TestGateway } from '../testing/gateway-fixture.ts'
import { gatewaysWith, start } from './circuits.fixture.ts'
import type { Circuits } from './circuits.ts'

let circuits: Circuits
let gateway: TestGateway
beforeEach(async () => {
  const [one] = await gatewaysWith(1, () => start)
  circuits = one ?? expect.fail('no circuits')
  gateway = await startGateway({ circuits })
})
afterEach(() => gateway.close())

const answerOfEvents = (status: number, body = '') =>
  gateway.stub.answer('events', (seen, response) => {
    seen.on('end', () => response.writeHead(status, { 'content-type': 'application/problem+json' }).end(body))
  })

async function change(word: 'open' | 'close', upstream = 'documents', roles = ['operator']) {
  const answer = await fetch(`${gateway.url}/api/v1/gateway/circuits/${upstream}/${word}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await accessToken({ roles })}`, 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'it is being repaired' }),
  })
  return answer.status
}

test('a circuit is opened and closed by hand, after it was noted on behalf of who asks', async () => {
  answerOfEvents(204)
  expect(await change('open')).toBe(204)
  expect(circuits.known().get('documents')).toMatchObject({ byHand: true, reason: 'it is being repaired' })
  expect(gateway.stub.calls[0]).toMatchObject({
    appId: 'events',
    url: '/api/v1/gateway/circuits/documents/open',
    body: '{"reason":"it is being repaired"}',
    headers: { 'alta-client-address': '127.0.0.1', authorization: expect.stringMatching(/^Bearer ey/) },
  })
  expect(await change('close')).toBe(204)
  expect(circuits.known().size).toBe(0)
})

test('what is not allowed, or cannot be noted, is not done', async () => {
  answerOfEvents(403, '{"code":"forbidden"}')
  expect(await change('open', 'documents', ['member'])).toBe(403)
  gateway.stub.away.add('events')
  expect(await change('open')).toBe(503)
  expect(circuits.known().size).toBe(0)
})

test('a service that there is none of has no circuit', async () => {
  answerOfEvents(204)
  expect(await change('open', 'nobody')).toBe(404)
  expect(gateway.stub.calls).toEqual([])
})
