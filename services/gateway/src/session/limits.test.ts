import { afterEach, expect, test } from 'vitest'
import { readLimit } from '../limits/limit-setting.ts'
import { policiesOf } from '../limits/policies.ts'
import { startGateway, type TestGateway } from '../testing/gateway-fixture.ts'
import { ownPage, send } from './session.fixture.ts'

let gateway: TestGateway
afterEach(() => gateway.close())

const few = readLimit('2/min burst 2')
async function statuses(path: string, policy: 'sign-in' | 'refresh') {
  gateway = await startGateway({ policies: policiesOf('per-second', { [policy]: few }) })
  const told: number[] = []
  for (let count = 0; count < 3; count += 1)
    told.push((await send(gateway, 'POST', path, { headers: ownPage, body: {} })).status)
  return told
}

test.each([['/api/v1/session'], ['/api/v1/session/code'], ['/api/v1/session/step-up']])(
  'guessing by %s is as slow as by the route it stands for',
  async (path) => {
    expect((await statuses(path, 'sign-in'))[2]).toBe(429)
  },
)

test('and so is refreshing', async () => {
  expect(await statuses('/api/v1/session/refresh', 'refresh')).toEqual([401, 401, 429])
})

test('another spelling of the path is no way around it', async () => {
  expect(await statuses('/api/v1/session/', 'sign-in')).toEqual([400, 400, 400])
})

test('a body that comes by drops does not hold a connection for longer than any other JSON may', async () => {
  gateway = await startGateway()
  const { status, body } = await dripping()
  expect([status, body.code]).toEqual([408, 'request_timeout'])
})

async function dripping(): Promise<{ status: number; body: { code: string } }> {
  const drops = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{')),
  })
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: drops, duplex: 'half' }
  // `duplex` is Node's own and has no type.
  const answer = await fetch(`${gateway.url}/api/v1/session`, init as RequestInit)
  return { status: answer.status, body: (await answer.json()) as { code: string } }
}
