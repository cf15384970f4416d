import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { accessToken, smallBodies, startGateway, type TestGateway } from '../testing/gateway-fixture.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())
beforeEach(() => {
  gateway.stub.calls.length = 0
})

const chunks = (size: number, count: number): ReadableStream =>
  new ReadableStream({
    async pull(controller) {
      for (let sent = 0; sent < count; sent += 1) {
        controller.enqueue(Buffer.alloc(size, 'x'))
        await delay(1)
      }
      controller.close()
    },
  })

const limits = [
  ['/api/v1/projects', smallBodies.json.maximumBytes],
  ['/api/v1/projects/1/documents', smallBodies.document.maximumBytes],
  ['/api/v1/projects/1/voice-samples', smallBodies.audio.maximumBytes],
] as const

test.each(limits)(
  '%s refuses an announced body that is too large, unread, and names the limit',
  async (path, limit) => {
    const answer = await gateway.signedIn(path, { method: 'POST', body: Buffer.alloc(limit + 70_000) })
    expect(answer.status).toBe(413)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({ code: 'payload_too_large', limit })
    expect(gateway.stub.calls).toEqual([])
  },
)

test.each(limits)('%s refuses a body that grows too large while it streams', async (path, limit) => {
  const init = {
    method: 'POST',
    body: chunks(4096, Math.ceil((limit + 80_000) / 4096)),
    duplex: 'half',
  } as const
  const answer = await gateway.signedIn(path, init)
  expect(answer.status).toBe(413)
  expect(await answer.json()).toMatchObject({ code: 'payload_too_large', limit })
})

test('a file of exactly the limit passes, whatever multipart adds around it', async () => {
  const form = new FormData()
  form.set('title', 'A letter')
  form.set('file', new Blob([Buffer.alloc(smallBodies.document.maximumBytes)]), 'letter.pdf')
  const answer = await gateway.signedIn('/api/v1/projects/1/documents', { method: 'POST', body: form })
  expect(answer.status).toBe(200)
  expect(gateway.stub.calls[0]?.body.length).toBeGreaterThan(smallBodies.document.maximumBytes)
})

test('who asks before sending (Expect: 100-continue) is refused before sending', async () => {
  const sending = request(`${gateway.url}/api/v1/projects`, {
    method: 'POST',
    headers: {
      expect: '100-continue',
      'content-length': '5000',
      authorization: `Bearer ${await accessToken()}`,
    },
  })
  let toldToGoOn = false
  sending.on('continue', () => {
    toldToGoOn = true
  })
  sending.flushHeaders()
  const [answer] = await once(sending, 'response')
  expect(answer.statusCode).toBe(413)
  expect(toldToGoOn).toBe(false)
  sending.destroy()
})

test('who asks before sending and is welcome is told to go on', async () => {
  const sending = request(`${gateway.url}/api/v1/projects`, {
    method: 'POST',
    headers: {
      expect: '100-continue',
      'content-length': '2',
      authorization: `Bearer ${await accessToken()}`,
    },
  })
  sending.flushHeaders()
  await once(sending, 'continue')
  sending.end('{}')
  const [answer] = await once(sending, 'response')
  expect(answer.statusCode).toBe(200)
  answer.resume()
  expect(gateway.stub.calls[0]?.body).toBe('{}')
})

/** Sends text over a bare connection. @returns what came back until the connection was closed */
async function raw(text: string): Promise<string> {
  const socket = connect(gateway.port, '127.0.0.1')
  let received = ''
  socket.setEncoding('utf8')
  socket.on('data', (part: string) => {
    received += part
  })
  socket.write(text)
  await once(socket, 'close')
  return received
}

test('a JSON body that trickles in is cut off with 408', async () => {
  const head = `POST /api/v1/projects HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${await accessToken()}\r\nContent-Length: 10\r\n\r\n`
  const begun = performance.now()
  const socket = connect(gateway.port, '127.0.0.1')
  socket.setEncoding('utf8')
  socket.write(`${head}{`)
  const [answer] = await once(socket, 'data')
  expect(answer).toContain('HTTP/1.1 408')
  expect(answer).toContain('request_timeout')
  expect(performance.now() - begun).toBeLessThan(8_000)
  socket.destroy()
})

test('an upload may take longer than JSON as long as it moves, and is cut off when it stands still', async () => {
  const head = `POST /api/v1/projects/1/documents HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${await accessToken()}\r\nContent-Length: 10\r\n\r\n`
  const socket = connect(gateway.port, '127.0.0.1')
  socket.setEncoding('utf8')
  socket.write(head)
  for (const part of '12345') {
    socket.write(part)
    await delay(400)
  }
  const [answer] = await once(socket, 'data')
  expect(answer).toContain('HTTP/1.1 408')
  expect(gateway.stub.calls.at(-1)?.body).toBe('12345')
  socket.destroy()
})

test('a head that never ends is cut off', async () => {
  expect(await raw('GET /health/live HTTP/1.1\r\nHost: a\r\nX-Slow: ')).toContain('408')
})

test('a head that is too large is refused', async () => {
  expect(
    await raw(`GET /health/live HTTP/1.1\r\nHost: a\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`),
  ).toContain('431')
})

test.each([
  ['two lengths', 'Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde'],
  ['a length and chunks', 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['an unknown coding', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ['a folded header', 'X-A: 1\r\n X-B: 2\r\n\r\n'],
  ['a blank before the colon', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
])('a request that two parsers could read differently is refused: %s', async (_what, rest) => {
  expect(await raw(`POST /api/v1/projects HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${rest}`)).toContain(
    '400',
  )
  expect(gateway.stub.calls).toEqual([])
})
