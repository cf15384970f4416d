import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { EDGE_PROOF_HEADER, edgeProof } from '@alta/kit/http/edge-proof'
import { registry } from '@alta/kit/telemetry/metrics'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { processCounters } from '../limits/counters.ts'
import { limiter } from '../limits/limiter.ts'
import { policiesOf } from '../limits/policies.ts'
import { startGateway, type TestGateway } from '../testing/gateway-fixture.ts'

const edgeKey = 'only-for-tests-only-for-tests-only'
const path = '/api/v1/notifications/live'
const protocols = ['alta.live.v1', 'ticket.abc']

/** Stands in for the port of notifications: says each message back. */
async function startEcho(refuse?: { status: number; body: unknown }) {
  const seen: IncomingMessage[] = []
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'alta.live.v1' })
  const server = createServer()
  server.on('upgrade', (request, socket, head) => {
    seen.push(request)
    if (refuse) {
      const body = JSON.stringify(refuse.body)
      socket.end(`HTTP/1.1 ${refuse.status} No\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (websocket) => {
      websocket.send('welcome')
      websocket.on('message', (data) => websocket.send(`you said ${String(data)}`))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    seen,
    sockets,
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    async close() {
      for (const each of sockets.clients) each.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}

let echo: Awaited<ReturnType<typeof startEcho>>
let gateway: TestGateway
beforeEach(async () => {
  echo = await startEcho()
})
afterEach(async () => {
  await gateway.close()
  await echo.close()
})

const live = (more: Record<string, unknown> = {}) => ({ places: [echo.url], edgeKey, ...more })
const open = (headers: Record<string, string> = {}, where = path) =>
  new WebSocket(`ws://127.0.0.1:${gateway.port}${where}`, protocols, { headers })

async function connected(headers?: Record<string, string>) {
  const socket = open(headers)
  const messages: string[] = []
  socket.on('message', (data) => messages.push(String(data)))
  await once(socket, 'open')
  return { socket, messages }
}

async function refused(headers?: Record<string, string>, where?: string) {
  const socket = open(headers, where)
  socket.on('error', () => undefined)
  const [, response] = await once(socket, 'unexpected-response')
  let text = ''
  for await (const chunk of response) text += String(chunk)
  expect(response.headers['content-type']).toBe('application/problem+json')
  return { status: response.statusCode, code: JSON.parse(text).code }
}

describe('a WebSocket through the gateway', () => {
  test('carries messages both ways, with a proof for its ticket and nothing else that opens doors', async () => {
    gateway = await startGateway({ live: live() })
    const { socket, messages } = await connected({
      authorization: 'Bearer secret',
      cookie: 'session=1',
      'dapr-api-token': 'x',
      [EDGE_PROOF_HEADER]: 'forged',
    })
    socket.send('hello')
    await expect.poll(() => messages).toEqual(['welcome', 'you said hello'])
    const headers = echo.seen[0]?.headers ?? {}
    expect(edgeProof(edgeKey).holds('abc', headers[EDGE_PROOF_HEADER])).toBe(true)
    expect(headers).not.toHaveProperty('authorization')
    expect(headers).not.toHaveProperty('cookie')
    expect(headers).not.toHaveProperty('dapr-api-token')
    expect(socket.protocol).toBe('alta.live.v1')
  })

  test('ends at both sides when one of them is gone', async () => {
    gateway = await startGateway({ live: live() })
    const { socket } = await connected()
    const [inner] = echo.sockets.clients
    socket.terminate()
    await expect.poll(() => inner?.readyState).toBe(WebSocket.CLOSED)
    const second = await connected()
    const closed = once(second.socket, 'close')
    for (const each of echo.sockets.clients) each.terminate()
    await closed
  })

  test('goes to another replica when one cannot be reached', async () => {
    const away = await startEcho()
    await away.close()
    gateway = await startGateway({ live: live({ places: [away.url, echo.url, away.url] }) })
    for (let count = 0; count < 5; count++) await connected()
    expect(echo.seen).toHaveLength(5)
  })

  test('is told to go elsewhere when the gateway ends', async () => {
    gateway = await startGateway({ live: live() })
    const { socket } = await connected()
    const closed = once(socket, 'close')
    await gateway.live.drain(0)
    expect((await closed)[0]).toBe(1001)
    expect(await refused()).toEqual({ status: 503, code: 'live_unavailable' })
  })
})

test('the gateway ends although the service answers no goodbye', async () => {
  gateway = await startGateway({ live: live({ partingMs: 100 }) })
  const { socket } = await connected()
  for (const each of echo.sockets.clients) each.pause()
  const closed = once(socket, 'close')
  await gateway.close()
  expect((await closed)[0]).toBe(1006)
  gateway = await startGateway()
})

describe('a WebSocket is refused', () => {
  const refusals = async (code: string) => {
    const counted = (await registry.getMetricsAsJSON()).find(({ name }) => name === 'alta_live_refused_total')
    return counted?.values.find(({ labels }) => labels.code === code)?.value
  }

  test('and counted by a code of ours, whatever the service calls it', async () => {
    const strict = await startEcho({ status: 400, body: { code: 'made_up', detail: 'No.' } })
    gateway = await startGateway({ live: live({ places: [strict.url] }) })
    const [before, none] = [(await refusals('other')) ?? 0, (await refusals('live_unavailable')) ?? 0]
    await refused()
    expect(await refusals('other')).toBe(before + 1)
    expect(await refusals('made_up')).toBeUndefined()
    await strict.close()
    await refused()
    expect(await refusals('live_unavailable')).toBe(none + 1)
  })

  test('at any other path', async () => {
    gateway = await startGateway({ live: live() })
    for (const where of ['/', '/api/v1/notifications', `${path}/x`, '/api/v1/documents/live']) {
      expect(await refused({}, where)).toEqual({ status: 404, code: 'route_not_found' })
    }
    expect(await refused({}, '/api/v1/notifications;x/live')).toEqual({ status: 400, code: 'bad_path' })
    expect(echo.seen).toEqual([])
  })

  test('from a page of another origin, unless that is allowed', async () => {
    gateway = await startGateway({ live: live({ origins: new Set(['https://app.example.org']) }) })
    const host = `127.0.0.1:${gateway.port}`
    for (const origin of ['https://evil.example', 'null', `http://${host}.evil.example`]) {
      expect(await refused({ origin })).toEqual({ status: 403, code: 'origin_not_allowed' })
    }
    for (const origin of ['https://app.example.org', `http://${host}`]) await connected({ origin })
  })

  test('when an address has as many as it may, until one of them ends', async () => {
    gateway = await startGateway({ live: live({ perAddress: 2 }) })
    const [first] = [await connected(), await connected()]
    expect(await refused()).toEqual({ status: 429, code: 'too_many_connections' })
    first?.socket.close()
    await expect
      .poll(() =>
        connected().then(
          () => 'in',
          () => 'out',
        ),
      )
      .toBe('in')
  })

  test('no sooner than before when others have left while they were counted', async () => {
    const answers: (() => void)[] = []
    let isWaiting = true
    gateway = await startGateway({
      live: live({ perAddress: 2 }),
      limiter: async () => {
        if (isWaiting) await new Promise<void>((resolve) => answers.push(resolve))
        return { allowed: true, findings: [] }
      },
    })
    const leaving = [1, 2].map(() => connect(gateway.port, '127.0.0.1'))
    for (const socket of leaving) {
      socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n`)
    }
    await expect.poll(() => answers.length).toBe(2)
    for (const socket of leaving) socket.resetAndDestroy()
    await expect.poll(() => gateway.connections()).toBe(0)
    isWaiting = false
    for (const answer of answers) answer()
    await connected()
    await connected()
    expect(await refused()).toEqual({ status: 429, code: 'too_many_connections' })
  })

  test('when an address asks too often', async () => {
    const counters = processCounters()
    gateway = await startGateway({
      live: live(),
      policies: policiesOf('per-second', {
        address: { requests: 1, seconds: 3600, burst: 2, shadow: false },
      }),
      limiter: limiter(async (asks) => counters(asks)),
    })
    await connected()
    await connected()
    expect(await refused()).toEqual({ status: 429, code: 'rate_limited' })
  })

  test('in the words of the service', async () => {
    const strict = await startEcho({ status: 401, body: { code: 'ticket_invalid', detail: 'No.' } })
    gateway = await startGateway({ live: live({ places: [strict.url] }) })
    expect(await refused()).toEqual({ status: 401, code: 'ticket_invalid' })
    await strict.close()
  })

  test('while nobody can be reached, and where there are no live updates', async () => {
    const away = await startEcho()
    await away.close()
    gateway = await startGateway({ live: live({ places: [away.url] }) })
    expect(await refused()).toEqual({ status: 503, code: 'live_unavailable' })
    await gateway.close()
    gateway = await startGateway()
    expect(await refused()).toEqual({ status: 503, code: 'live_unavailable' })
  })
})
