import { connect, type Socket } from 'node:net'
import type { Area } from '../area.ts'
import type { Scene } from '../scene.ts'

interface Raw {
  readonly what: string
  readonly request: string
  /** Statuses with which it was refused; 0: closed without a word, or never answered because it never ended. */
  readonly refused: readonly number[]
}

/** What no HTTP library sends: framing, headers and paths that two programs would read differently; bodies that never end. */
export const wire: Area = {
  name: 'framing, headers, paths',
  async attack(scene, tally, { form }) {
    for (const { what, request, refused } of rawRequests(scene)) {
      const told = await send(scene, request)
      const [status = 0, ...more] = told
      tally.note(what, more.length === 0 && refused.includes(status), told)
    }
    const echoed = await fetch(`${scene.gatewayUrl}/api/v1/projects`, {
      headers: {
        authorization: bearer(scene, 'project owner'),
        'x-request-id': 'a\tb<script>',
        origin: 'https://evil.example',
      },
    })
    await echoed.arrayBuffer()
    tally.note('a foreign origin is let in', echoed.headers.get('access-control-allow-origin') === null)
    tally.note('a request id is not taken as it is', !echoed.headers.get('x-request-id')?.includes('<'))
    await spoofedHeaders(scene, tally.note.bind(tally))
    if (form === 'long') await slowBodies(scene, tally.note.bind(tally))
  },
}

const bearer = (scene: Scene, name: string): string => `Bearer ${scene.clients.get(name)?.token}`

function rawRequests(scene: Scene): Raw[] {
  const head = (line: string, more = '') =>
    `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: ${bearer(scene, 'project owner')}\r\n${more}\r\n`
  const json = 'Content-Type: application/json\r\n'
  const post = (what: string, more: string, body: string, refused = [400]): Raw => ({
    what,
    request: head('POST /api/v1/projects', json + more) + body,
    refused,
  })
  const get = (what: string, path: string, more = '', refused = [400, 404]): Raw => ({
    what,
    request: head(`GET ${path}`, more),
    refused,
  })
  const chunked = 'Transfer-Encoding: chunked\r\n'
  return [
    post('CL.TE', `Content-Length: 6\r\n${chunked}`, '0\r\n\r\nG'),
    post('TE.CL', `${chunked}Content-Length: 4\r\n`, '5c\r\nGPOST / HTTP/1.1\r\n\r\n0\r\n\r\n'),
    post('TE.TE', `${chunked}Transfer-Encoding: identity\r\n`, '0\r\n\r\n', [400, 501]),
    post('TE with a trick', 'Transfer-Encoding: xchunked\r\n', '{}', [400, 501]),
    post('TE after a tab', 'Transfer-Encoding:\tchunked, identity\r\n', '0\r\n\r\n', [400, 501]),
    post('two lengths', 'Content-Length: 2\r\nContent-Length: 5\r\n', '{}'),
    post('two lengths in one', 'Content-Length: 2, 5\r\n', '{}'),
    post('a signed length', 'Content-Length: +2\r\n', '{}'),
    post('a negative length', 'Content-Length: -1\r\n', '{}'),
    post('a length in hex', 'Content-Length: 0x2\r\n', '{}'),
    post('a chunk of a size that is none', chunked, 'zz\r\n{}\r\n0\r\n\r\n'),
    post('a chunk larger than memory', chunked, 'ffffffffffffffff\r\n{}\r\n0\r\n\r\n', [0, 400, 408, 413]),
    post('a bare LF between headers', 'X-A: b\nX-C: d\r\nContent-Length: 2\r\n', '{}'),
    get('obs-fold', '/api/v1/projects', 'X-A: b\r\n c\r\n'),
    get('a blank before the colon', '/api/v1/projects', 'X-A : b\r\n'),
    get('NUL in a header', '/api/v1/projects', 'X-A: a\0b\r\n'),
    get('CR in a header', '/api/v1/projects', 'X-A: a\rb\r\n'),
    get('a header of 64 KiB', '/api/v1/projects', `X-A: ${'a'.repeat(65_536)}\r\n`, [431]),
    get('ten thousand headers', '/api/v1/projects', 'X: y\r\n'.repeat(10_000), [431]),
    get('two hosts', '/api/v1/projects', 'Host: other\r\n', [400]),
    get('an absolute target', 'http://127.0.0.1/events/x'),
    ...[
      ['//api/v1/projects', 'two slashes'],
      ['/api/v1/projects/..', 'dots'],
      ['/api/v1/projects/%2e%2e/metrics', 'encoded dots'],
      ['/api/v1/projects/%252e%252e/metrics', 'dots encoded twice'],
      ['/api/v1/projects/..%2f..%2fmetrics', 'an encoded slash'],
      ['/api/v1/projects/..%5cmetrics', 'an encoded backslash'],
      ['/api/v1/projects;x=1', 'a parameter of the path'],
      ['/api/v1/projects%00', 'NUL'],
      ['/api/v1/projects%0d%0aX-A:b', 'CRLF'],
      ['/api/v1/projects/%c0%ae%c0%ae/', 'overlong UTF-8'],
      ['/api/v1/documents/x%3Fversion=1', 'an encoded question mark'],
      ['/API/V1/projects', 'upper case'],
      ['/api/v1/projects/', 'a slash at the end'],
      ['/api/v1/projects#x', 'a fragment'],
      ['/events/review.approved.v1', 'events'],
      ['/dapr/subscribe', 'subscriptions'],
      ['/dapr/config', 'configuration'],
      ['/v1.0/invoke/documents/method/api/v1/projects', 'the sidecar'],
      ['/operations/report', 'operations'],
      ['/metrics', 'metrics'],
      ['/.git/config', 'the repository'],
      ['/api/v1/projects\u00a0', 'a blank of another kind'],
      ['/api/v1/pro\uff4aects', 'a full-width letter'],
    ].map(([path = '', what = '']) => get(what, path)),
    { what: 'TRACE', request: head('TRACE /api/v1/projects'), refused: [405] },
    { what: 'CONNECT', request: head('CONNECT 127.0.0.1:22'), refused: [0, 400, 404, 405] },
    { what: 'a method of our own', request: head('STEAL /api/v1/projects'), refused: [400, 405] },
    { what: 'HTTP/0.9', request: 'GET /api/v1/projects\r\n\r\n', refused: [400, 401] },
    {
      what: 'HTTP/2 by the prior knowledge',
      request: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      refused: [400, 405, 505],
    },
  ]
}

/** Sends bytes, and gives the status of every answer that came within the time. */
async function send({ gatewayUrl }: Scene, request: string): Promise<number[]> {
  const socket = connect(Number(new URL(gatewayUrl).port), '127.0.0.1')
  socket.setTimeout(20_000, () => socket.destroy())
  let answer = ''
  socket.on('data', (part) => {
    answer += part.toString('latin1')
  })
  const closed = new Promise((resolve) => socket.once('error', () => undefined).once('close', resolve))
  socket.write(Buffer.from(request, 'latin1'))
  await closed
  return [...answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status))
}

type Note = (what: string, held: boolean, told?: unknown) => void

/** Nobody is somebody else, or somewhere else, because a header says so. */
async function spoofedHeaders(scene: Scene, note: Note): Promise<void> {
  const own = scene.claimsOf('member of no project')
  const spoofed = {
    'x-user-id': scene.claimsOf('admin').sub,
    'x-tenant-id': scene.claimsOf('admin elsewhere').tid,
    'dapr-app-id': 'events',
    'dapr-api-token': 'x',
    'dapr-caller-app-id': 'reviews',
    'alta-client-address': '203.0.113.9',
    'x-forwarded-for': '203.0.113.9',
    'x-real-ip': '203.0.113.9',
    forwarded: 'for=203.0.113.9',
    'x-original-url': '/api/v1/audit',
    'x-http-method-override': 'DELETE',
  }
  const client = scene.clients.get('member of no project')
  for (const [name, value] of Object.entries(spoofed)) {
    const { status, body } =
      (await client?.call('GET', '/api/v1/auth/me', undefined, { [name]: value })) ?? {}
    note(`${name} makes somebody else`, status === 200 && JSON.stringify(body).includes(own.sub), {
      status,
      body,
    })
  }
  // A refusal, of which the audit log knows the address.
  await client?.call('GET', '/api/v1/audit/export', undefined, spoofed)
  const { body } = (await scene.clients
    .get('admin')
    ?.call('GET', `/api/v1/audit?actor=${own.sub}&outcome=denied`)) ?? { body: {} }
  note(
    'an address that a caller made up is in the audit log',
    !JSON.stringify(body).includes('203.0.113.9'),
    body,
  )
}

/** Bodies that come by single bytes are ended, and meanwhile everybody else is served. */
async function slowBodies(scene: Scene, note: Note): Promise<void> {
  const port = Number(new URL(scene.gatewayUrl).port)
  const head = `POST /api/v1/projects HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${bearer(scene, 'project owner')}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n`
  const slow: Socket[] = Array.from({ length: 150 }, (_, index) => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    // Half of them never even end their headers.
    socket.write(index % 2 === 0 ? head : head.slice(0, -2))
    return socket
  })
  const drip = setInterval(() => {
    for (const socket of slow) if (!socket.destroyed) socket.write('a')
  }, 1_000)
  try {
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    const answer = await fetch(`${scene.gatewayUrl}/api/v1/projects`, {
      headers: { authorization: bearer(scene, 'project viewer') },
      signal: AbortSignal.timeout(30_000),
    })
    await answer.arrayBuffer()
    note('slow bodies keep others waiting', answer.status === 200, answer.status)
    const ended = () => slow.filter(({ destroyed }) => destroyed).length
    for (let waited = 0; waited < 120 && ended() < slow.length; waited += 1)
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    note('slow bodies are never ended', ended() === slow.length, `${ended()} of ${slow.length} were`)
  } finally {
    clearInterval(drip)
    for (const socket of slow) socket.destroy()
  }
}
