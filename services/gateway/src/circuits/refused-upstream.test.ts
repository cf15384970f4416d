import { eventually } from '@alta/kit/testing/wait'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { accessToken, startGateway, type TestGateway } from '../testing/gateway-fixture.ts'
import { gatewaysWith, rules, start } from './circuits.fixture.ts'
import type { Circuits } from './circuits.ts'

let now = start
let circuits: Circuits[]
let gateways: TestGateway[]
beforeEach(async () => {
  now = start
  circuits = await gatewaysWith(2, () => now)
  gateways = await Promise.all(
    circuits.map((each) => startGateway({ circuits: each, upstreamTimeout: 5_000 })),
  )
})
afterEach(() => Promise.all(gateways.map((each) => each.close())))

const first = () => gateways[0] ?? expect.fail('no gateway')
const second = () => gateways[1] ?? expect.fail('no second gateway')
const lookAll = () => Promise.all(circuits.map((each) => each.look()))
const calls = () => gateways.reduce((sum, each) => sum + each.stub.calls.length, 0)

async function ask(gateway: TestGateway, init?: RequestInit, path = '/api/v1/documents/1') {
  const answer = await gateway.signedIn(path, init)
  const { code } = (await answer.json().catch(() => ({}))) as { code?: string }
  return [answer.status, code, answer.headers.get('retry-after')] as const
}

test('a service that is killed is refused by every gateway at once, tried after half a minute, and asked again after two successes', async () => {
  for (const each of gateways) each.stub.away.add('documents')
  for (let count = 0; count < 5; count += 1)
    expect(await ask(first())).toEqual([503, 'upstream_unavailable', '5'])
  await lookAll()
  for (const each of gateways) expect(await ask(each)).toEqual([503, 'circuit_open', '30'])
  // Others are asked as before.
  expect((await ask(second(), {}, '/api/v1/reviews'))[0]).toBe(200)

  for (const each of gateways) each.stub.away.delete('documents')
  now += rules.openMs
  expect((await ask(second()))[0]).toBe(200)
  await lookAll()
  expect((await ask(first()))[0]).toBe(200)
  await lookAll()
  for (const each of gateways) {
    const answers = await Promise.all([ask(each), ask(each), ask(each)])
    expect(answers.map(([status]) => status)).toEqual([200, 200, 200])
  }
})

test('a request that is refused before it is sent takes no place of a trial', async () => {
  first().stub.away.add('documents')
  for (let count = 0; count < 5; count += 1) await ask(first())
  first().stub.away.delete('documents')
  now += rules.openMs
  // Bytes that are no UTF-8, of which Node's fetch makes nothing else.
  const broken = { headers: { 'x-name': '\xff' } }
  for (let count = 0; count < rules.trials; count += 1) {
    expect((await ask(first(), broken))[1]).toBe('bad_header')
  }
  for (let count = 0; count < rules.successes; count += 1) expect((await ask(first()))[0]).toBe(200)
})

/** Begins an upload, and sends no more of it than its beginning. */
function uploadSlowly(gateway: TestGateway) {
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const body = new ReadableStream({
    start: (stream) => stream.enqueue(Buffer.from('--x\r\n')),
  })
  const headers = { 'content-type': 'multipart/form-data; boundary=x' }
  const init = { method: 'POST', headers, body, duplex: 'half' as const, signal: stop.signal }
  return ask(gateway, init, '/api/v1/projects/1/documents').catch(() => undefined)
}

async function openCircuit() {
  for (const each of gateways) each.stub.away.add('documents')
  for (let count = 0; count < 5; count += 1) await ask(first())
  for (const each of gateways) each.stub.away.delete('documents')
  now += rules.openMs
}

test('uploads take no place of a trial, which they would keep for as long as they like', async () => {
  await openCircuit()
  for (let count = 0; count < rules.trials; count += 1)
    expect((await uploadSlowly(first()))?.slice(0, 2)).toEqual([503, 'circuit_open'])
  expect((await ask(first()))[0]).toBe(200)
  expect(calls()).toBe(1)
})

test('where nothing but uploads comes the gateway itself finds out that a service is back', async () => {
  await openCircuit()
  const upload = { method: 'POST', body: new FormData() }
  await eventually('uploads are let through', async () => {
    const [status] = await ask(first(), upload, '/api/v1/projects/1/documents')
    return status === 200 || undefined
  })
  await lookAll()
  expect(circuits.map((each) => each.known().size)).toEqual([0, 0])
})

test('a service that is still away when the gateway finds out is left alone for the whole time again', async () => {
  await openCircuit()
  first().stub.away.add('documents')
  expect((await uploadSlowly(first()))?.[1]).toBe('circuit_open')
  const retryAt = () => circuits[0]?.known().get('documents')?.until
  await eventually('it was tried', () => retryAt() === now + rules.openMs)
})

test('what a service has written itself opens nothing, whatever its status', async () => {
  for (const status of [500, 503, 404]) {
    first().stub.answer('documents', (_seen, response) => {
      response.writeHead(status, { 'content-type': 'application/problem+json' }).end('{"code":"its_own"}')
    })
    for (let count = 0; count < 6; count += 1) expect((await ask(first()))[1]).toBe('its_own')
  }
})

test('callers who go away open nothing', async () => {
  first().stub.answer('documents', () => undefined)
  for (let count = 0; count < 6; count += 1) {
    await expect(
      first().signedIn('/api/v1/documents/1', { signal: AbortSignal.timeout(100) }),
    ).rejects.toThrow()
  }
  first().stub.answer('documents', (_seen, response) => response.end('{}'))
  expect((await ask(first()))[0]).toBe(200)
})

test('answers that no service of ours wrote count when they are failures, refusals of a sidecar do not', async () => {
  const answerWith = (status: number) =>
    first().stub.answer('documents', (_seen, response) => response.writeHead(status).end('from elsewhere'))
  answerWith(403)
  for (let count = 0; count < 6; count += 1) expect((await ask(first()))[1]).toBe('bad_gateway')
  answerWith(502)
  for (let count = 0; count < 5; count += 1) expect((await ask(first()))[1]).toBe('bad_gateway')
  expect((await ask(first()))[1]).toBe('circuit_open')
})

test('a read that was not answered is asked once more, anything else never', async () => {
  let drops = 1
  first().stub.answer('documents', (seen, response) => {
    if (drops > 0) {
      drops -= 1
      return void seen.socket.destroy()
    }
    seen.resume()
    response.end('{}')
  })
  expect((await ask(first()))[0]).toBe(200)
  expect(calls()).toBe(2)
  drops = 2
  expect((await ask(first()))[0]).toBe(503)
  expect(calls()).toBe(4)
  drops = 1
  const send = { method: 'POST', body: '{"name":"x"}', headers: { 'content-type': 'application/json' } }
  expect((await ask(first(), send, '/api/v1/projects'))[0]).toBe(503)
  expect(calls()).toBe(5)
})

test('operators see every circuit, others do not', async () => {
  for (const each of gateways) each.stub.away.add('documents')
  for (let count = 0; count < 5; count += 1) await ask(first())
  expect((await ask(first(), {}, '/api/v1/gateway/circuits'))[0]).toBe(403)
  const answer = await fetch(`${first().url}/api/v1/gateway/circuits`, {
    headers: { authorization: `Bearer ${await accessToken({ roles: ['operator'] })}` },
  })
  expect(await answer.json()).toMatchObject({
    shared: true,
    items: expect.arrayContaining([
      expect.objectContaining({ upstream: 'documents', state: 'open', reason: 'upstream_unavailable' }),
      expect.objectContaining({ upstream: 'reviews', state: 'closed', reason: null }),
    ]),
  })
})
