import { setTimeout as delay } from 'node:timers/promises'
import { edgeProof } from '@alta/kit/http/edge-proof'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startLive, type TestLive } from './live.fixture.ts'

let live: TestLive
beforeAll(async () => {
  live = await startLive({
    LIVE_CONNECTIONS_PER_USER: 2,
    LIVE_KEPT_CHANGES: 10_000,
    LIVE_BUFFER_BYTES: 262_144,
  })
})
afterAll(() => live.close())

describe('a connection is refused', () => {
  test('without the proof that the gateway lets in, or with that for another ticket', async () => {
    const bought = await live.ticket(person())
    for (const proof of ['', edgeProof('x'.repeat(32)).prove(bought)]) {
      expect(await live.refused(person(), { ticket: bought, proof })).toEqual({
        status: 403,
        code: 'edge_proof_required',
      })
    }
  })

  test('with a ticket that was used, or that never was one', async () => {
    const who = person()
    const ticket = await live.ticket(who)
    const client = await live.connect(who, { ticket })
    for (const each of [ticket, 'made-up']) {
      expect(await live.refused(who, { ticket: each })).toEqual({ status: 401, code: 'ticket_invalid' })
    }
    client.socket.close()
  })

  test('when a person has as many as they may', async () => {
    const who = person()
    const clients = [await live.connect(who), await live.connect(who)]
    expect(await live.refused(who)).toEqual({ status: 429, code: 'too_many_connections' })
    clients[0]?.socket.close()
    await clients[0]?.closed
    await expect
      .poll(() =>
        live.connect(who).then(
          () => 'in',
          () => 'out',
        ),
      )
      .toBe('in')
  })

  test('with a position that is none', async () => {
    expect(await live.refused(person(), { after: '17' })).toEqual({ status: 400, code: 'invalid_position' })
  })
})

describe('the end of the token', () => {
  test('ends the connection', async () => {
    const client = await live.connect(person(), { ends: Date.now() + 5_000 })
    expect(await client.closed).toBe(4401)
  })

  test('comes early when the session has ended, and neither old nor new tickets help', async () => {
    const [who, other] = [person(), person()]
    const [client, unconcerned] = [await live.connect(who), await live.connect(other)]
    const ticket = await live.ticket(who)
    live.ended.add(who.userId)
    for (const { run } of live.first.background) await run()
    expect(await client.closed).toBe(4401)
    expect(unconcerned.socket.readyState).toBe(unconcerned.socket.OPEN)
    expect(await live.refused(who, { ticket })).toEqual({ status: 401, code: 'session_ended' })
  })

  test('does not when another ticket was sent in time', async () => {
    const who = person()
    const ends = Date.now() + 8_000
    const client = await live.connect(who, { ends })
    client.socket.send(JSON.stringify({ type: 'renew', ticket: await live.ticket(who) }))
    await expect.poll(() => client.messages.map(({ type }) => type)).toContain('renewed')
    // Tokens end at whole seconds.
    await delay(ends + 1_500 - Date.now())
    expect(client.socket.readyState).toBe(client.socket.OPEN)
  })

  test('a ticket that is none is told, one of somebody else ends the connection', async () => {
    const client = await live.connect(person())
    client.socket.send(JSON.stringify({ type: 'renew', ticket: 'made-up' }))
    await expect.poll(() => client.messages.map(({ code }) => code)).toContain('ticket_invalid')
    client.socket.send(JSON.stringify({ type: 'renew', ticket: await live.ticket(person()) }))
    expect(await client.closed).toBe(1008)
  })
})

describe('a client is sent away', () => {
  test.each([
    ['that sends what is no message', 'hello', 1008],
    ['that sends bytes', Buffer.from([1, 2, 3]), 1008],
    ['that sends too much at once', 'x'.repeat(2_000), 1009],
  ])('%s', async (_what, data, code) => {
    const client = await live.connect(person())
    client.socket.send(data)
    expect(await client.closed).toBe(code)
  })

  test('that sends too often, pings among it', async () => {
    const client = await live.connect(person())
    for (let count = 0; count < 50; count++) client.socket.ping()
    expect(await client.closed).toBe(1008)
  })
})

test('a client that does not read is dropped, and the others miss nothing', async () => {
  const [slowOne, quickOne] = [person(), person()]
  const projectId = await live.project(slowOne)
  const slow = await live.connect(slowOne)
  const quick = await live.connect({ ...quickOne, roles: ['reviewer'] })
  // As a client whose network stands still: it reads nothing, and closes nothing.
  slow.socket.pause()
  // More than what the kernel holds for a connection.
  const count = 800
  for (let sent = 0; sent < count; sent += 10) {
    await Promise.all(Array.from({ length: 10 }, () => live.flood(projectId, 16_000)))
  }
  await expect.poll(() => quick.changed.length).toBe(count)
  expect(quick.socket.readyState).toBe(quick.socket.OPEN)
  slow.socket.resume()
  // Cut, without a goodbye that it would not have read either.
  expect(await slow.closed).toBe(1006)
  expect(slow.changed.length).toBeLessThan(count)
})
