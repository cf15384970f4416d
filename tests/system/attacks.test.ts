import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { eventually } from '@alta/kit/testing/wait'
import { beforeAll, expect, inject, test } from 'vitest'
import { Client, formWith } from '../support/client.ts'
import { readPlatform } from '../support/platform.ts'

// What a stranger, and somebody with an ordinary account, must not get out of the running platform.

const { gatewayUrl } = readPlatform(inject('home'))
const ada = new Client(gatewayUrl)
const eve = new Client(gatewayUrl)
let projectId: string
let documentId: string

beforeAll(async () => {
  await ada.register()
  await eve.register('Eve Mallory')
  // Every reading goes to a person.
  projectId = await ada.project({ review: { minimumConfidence: 1, minimumWordConfidence: 1 } })
  const uploaded = await ada.call(
    'POST',
    `/api/v1/projects/${projectId}/documents`,
    formWith(pixel(), 'a.png'),
  )
  documentId = uploaded.body.id
})

/** Sends bytes that no HTTP library would, and gives the status line of every answer. */
async function sendRaw(request: string, port = Number(new URL(gatewayUrl).port)): Promise<string[]> {
  const socket = connect(port, '127.0.0.1')
  socket.setTimeout(5_000, () => socket.destroy())
  let answer = ''
  socket.on('data', (part) => {
    answer += part.toString('latin1')
  })
  // A refusal may be followed by a reset; what counts is what was said before it.
  const closed = new Promise((resolve) => socket.once('error', () => undefined).once('close', resolve))
  socket.write(Buffer.from(request, 'latin1'))
  await closed
  return answer.match(/^HTTP\/1\.1 \d+/gm) ?? []
}

const head = (line: string, more = ''): string =>
  `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ${ada.token}\r\n${more}\r\n`

test('nobody changes the header or the claims of a token', async () => {
  const [header = '', claims = '', signature = ''] = ada.token.split('.')
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  const forged = [
    ...['none', 'nOnE', 'HS256'].map((alg) => `${encode({ ...decode(header), alg })}.${claims}.${signature}`),
    `${encode({ ...decode(header), alg: 'none' })}.${claims}.`,
    `${encode({ ...decode(header), kid: '../../dev/null' })}.${claims}.${signature}`,
    `${encode({ ...decode(header), crit: ['exp'] })}.${claims}.${signature}`,
    `${header}.${encode({ ...decode(claims), roles: ['admin'] })}.${signature}`,
    `${header}.${claims}.`,
  ]
  for (const token of forged) {
    const authorization = `Bearer ${token}`
    const { status } = await new Client(gatewayUrl).call('GET', '/api/v1/projects', undefined, {
      authorization,
    })
    expect(status, token.slice(0, 60)).toBe(401)
  }
})

test('nobody gives themselves an id, a role, a tenant or a status', async () => {
  const project = { name: 'Mine', id: documentId, tenantId: documentId, role: 'owner', version: 9 }
  expect((await eve.call('POST', '/api/v1/projects', project)).status).toBe(400)
  const change = { title: 'x', status: 'approved', projectId, uploadedBy: eve.userId }
  expect((await ada.call('PATCH', `/api/v1/documents/${documentId}`, change)).status).toBe(400)
  const mallory = { email: `m.${Date.now()}@example.org`, password: 'correct horse 99', name: 'M' }
  const asking = { ...mallory, roles: ['admin'], tenantId: documentId }
  const { body } = await eve.call('POST', '/api/v1/auth/register', asking)
  expect(body.user.roles).toEqual(['member'])
})

test('what two programs would read differently is refused at the gateway', async () => {
  const chunked = 'Transfer-Encoding: chunked\r\n'
  const json = 'Content-Type: application/json\r\n'
  const smuggled = [
    head('POST /api/v1/projects', `${json}Content-Length: 6\r\n${chunked}`).concat('0\r\n\r\nG'),
    head('POST /api/v1/projects', `${json}Content-Length: 2\r\nContent-Length: 5\r\n`).concat('{}'),
    head('POST /api/v1/projects', `${json}Transfer-Encoding: xchunked\r\n`).concat('{}'),
    head('POST /api/v1/projects', `${json}Content-Length: +2\r\n`).concat('{}'),
    head('GET /api/v1/projects', 'X-A: b\r\n c\r\n'),
    head('GET /api/v1/projects', 'X-A : b\r\n'),
    head('GET /api/v1/projects', 'X-A: \xe9\r\n'),
    head('GET //api/v1/projects'),
    head('GET /api/v1/projects/%2e%2e/metrics'),
    head('GET /api/v1/documents/x%3Fversion=1'),
    head('GET /api/v1/projects;x=1'),
    head('GET http://127.0.0.1/events/x'),
  ]
  for (const request of smuggled)
    expect(await sendRaw(request), request.slice(0, 60)).toEqual(['HTTP/1.1 400'])
  expect(await sendRaw(head('GET /api/v1/projects', `X-A: ${'a'.repeat(65_536)}\r\n`))).toEqual([
    'HTTP/1.1 431',
  ])
  expect(await sendRaw(head('TRACE /api/v1/projects'))).toEqual(['HTTP/1.1 405'])
})

test('a caller does not pick the target of a call, nor who is calling', async () => {
  const forged = [
    'dapr-app-id: ocr',
    'Dapr-Api-Token: x',
    'dapr-caller-app-id: reviews',
    'X-Original-URL: /metrics',
  ]
  const connection = 'Connection: authorization, dapr-app-id\r\n'
  expect(await sendRaw(head('GET /api/v1/projects', `${forged.join('\r\n')}\r\n${connection}`))).toEqual([
    'HTTP/1.1 200',
  ])
})

test('services and sidecars answer nobody but each other', async () => {
  const ports: Record<string, number> = JSON.parse(readFileSync(join(inject('home'), 'ports.json'), 'utf8'))
  const event = {
    specversion: '1.0',
    id: '1',
    source: '/reviews',
    type: 'io.alta.review.approved.v1',
    // As if the event store had sent it for one app alone.
    replayfor: 'documents',
    replayid: crypto.randomUUID(),
    data: {},
  }
  const running = new Set(readPlatform(inject('home')).processes.map(({ name }) => name))
  // A port is remembered also for a replica that is gone.
  const open = Object.entries(ports).filter(([name]) => running.has(name.replace(/\.\w+$/, '')))
  expect(open.length).toBeGreaterThan(20)
  for (const [name, port] of open) {
    const calls = name.endsWith('.app')
      ? ['GET /api/v1/projects', 'GET /dapr/subscribe', 'POST /events/review.approved.v1']
      : name.endsWith('.http')
        ? ['GET /v1.0/metadata', 'POST /v1.0/shutdown', 'GET /v1.0/secrets/secretstore/bulk']
        : []
    for (const call of name === 'gateway.app' ? [] : calls) {
      for (const token of ['', 'undefined', 'guess']) {
        const [method = '', path = ''] = call.split(' ')
        const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
          method,
          headers: {
            'content-type': 'application/cloudevents+json',
            'dapr-caller-app-id': 'reviews',
            ...(token && { 'dapr-api-token': token }),
          },
          ...(method === 'POST' && { body: JSON.stringify(event) }),
        })
        expect([answer.status, await answer.text()], `${name} ${call}`).toEqual([401, expect.anything()])
      }
    }
  }
})

test('uploads that one person never finishes keep nobody else waiting', async () => {
  const port = Number(new URL(gatewayUrl).port)
  const begun = head(
    `POST /api/v1/projects/${projectId}/documents`,
    'Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n',
  )
  const sockets = Array.from({ length: 200 }, () => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    socket.write(`${begun}--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n`)
    return socket
  })
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  try {
    for (const path of ['/api/v1/projects', '/api/v1/auth/me', '/api/v1/tasks']) {
      const headers = { authorization: `Bearer ${eve.token}` }
      const answer = await fetch(gatewayUrl + path, { headers, signal: AbortSignal.timeout(15_000) })
      expect(answer.status, path).toBe(200)
    }
  } finally {
    for (const socket of sockets) socket.destroy()
  }
})

test('text that no database takes is refused before it gets stuck between two services', async () => {
  const review = await eventually(
    'the upload is in review',
    async () => (await ada.call('GET', `/api/v1/reviews?projectId=${projectId}`)).body.items[0],
    40,
  )
  const at = `/api/v1/reviews/${review.id}`
  await ada.call('POST', `${at}/claim`)
  const broken: [string, string, string][] = [
    ['POST', `${at}/reject`, '{"reason":"\\ud800"}'],
    ['POST', `${at}/reject`, '{"reason":"a\\u0000b"}'],
    ['POST', `${at}/send-back`, '{"reason":"\\udfff"}'],
    ['POST', `${at}/approve`, '{"text":"a\\u0000"}'],
    ['POST', `${at}/approve`, '{"corrections":[{"index":0,"before":"a","after":"\\ud800"}]}'],
    ['PATCH', `/api/v1/documents/${documentId}`, '{"title":"\\ud800"}'],
    ['PATCH', `/api/v1/documents/${documentId}`, '{"tags":["\\udc00"]}'],
  ]
  for (const [method, path, text] of broken) {
    const { status, body } = await ada.call(method, path, text)
    expect([status, body.code], text).toEqual([400, 'validation_failed'])
  }
  const long = await ada.call('POST', `${at}/approve`, { text: 'a '.repeat(400_000) })
  expect([long.status, long.body.code]).toEqual([400, 'too_many_words'])
  const said = { reason: '<img src=x onerror=alert(1)>\r\nBcc: evil@example.org' }
  expect((await ada.call('POST', `${at}/reject`, said)).status).toBe(200)
  await ada.until('documents', documentId, ['rejected'], 30)
})

test('one Idempotency-Key sent 20 times at once has one effect, and is worth nothing to somebody else', async () => {
  const key = { 'idempotency-key': 'the-same' }
  const send = (who: Client, name = 'Once') => who.call('POST', '/api/v1/projects', { name }, key)
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(ada)))
  const made = new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id))
  expect(made.size).toBe(1)
  expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true)
  expect((await send(ada, 'Other')).status).toBe(422)
  expect(made.has((await send(eve)).body.id)).toBe(false)
})

test('a picture that is a web page too is handed out as a picture', async () => {
  const both = Buffer.concat([pixel(), Buffer.from('<script>alert(1)</script>')])
  const { body } = await ada.call(
    'POST',
    `/api/v1/projects/${projectId}/documents`,
    formWith(both, '../../p.html'),
  )
  const { headers } = await ada.call('GET', `/api/v1/documents/${body.id}/file`)
  expect(headers.get('content-type')).toBe('image/png')
  expect(headers.get('content-disposition')).toBe(
    `attachment; filename="p.html.png"; filename*=UTF-8''p.html.png`,
  )
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')
  const refused = await ada.call('POST', `/api/v1/projects/${projectId}/documents`, formWith(svg, 'x.png'))
  expect(refused.status).toBe(415)
})

test('a play list that calls itself a recording reads no file of ours', async () => {
  const list = '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'
  const ogg = Buffer.from(`OggS\0\x02${'\0'.repeat(21)}\x13OpusHead\x01\x01\n${list}`, 'latin1')
  const { body } = await ada.call(
    'POST',
    `/api/v1/projects/${projectId}/voice-samples`,
    formWith(ogg, 'x.ogg'),
  )
  const item = await ada.until('voice-samples', body.id, ['failed'], 40)
  expect(item.failure?.code).toBe('unreadable_file')
  expect(JSON.stringify(item)).not.toContain('root:')
})

/** A grey picture of its own, with bytes behind it that make every one another file. */
function pixel(): Buffer {
  const png =
    'iVBORw0KGgoAAAANSUhEUgAAABQAAAAUCAAAAACo4kLRAAAADklEQVR42mNgGAWDHQAAAaQAAX4gqxkAAAAASUVORK5CYII='
  return Buffer.concat([Buffer.from(png, 'base64'), Buffer.from(String(Math.random()))])
}
