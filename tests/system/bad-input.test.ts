import { crc32, deflateSync } from 'node:zlib'
import { beforeAll, expect, inject, test } from 'vitest'
import { Client, formWith } from '../support/client.ts'
import { readPlatform } from '../support/platform.ts'

const { gatewayUrl } = readPlatform(inject('home'))
const ada = new Client(gatewayUrl)
const eve = new Client(gatewayUrl)
const stranger = new Client(gatewayUrl)
let projectId: string
let documentId: string

beforeAll(async () => {
  await ada.register()
  await eve.register('Eve Mallory')
  projectId = await ada.project({ name: 'Mistakes' })
  const { body } = await ada.call(
    'POST',
    `/api/v1/projects/${projectId}/documents`,
    formWith(tinyPng(), 'tiny.png'),
  )
  documentId = body.id
})

const expectProblem = (
  reply: { status: number; headers: Headers; body: unknown },
  status: number,
  code: string,
) => {
  expect(reply.body).toMatchObject({
    status,
    code,
    requestId: expect.any(String),
    detail: expect.any(String),
  })
  expect(reply.status).toBe(status)
  expect(reply.headers.get('content-type')).toContain('application/problem+json')
  expect(JSON.stringify(reply.body)).not.toMatch(/\.ts:\d+|node_modules|\\n +at /)
}

const upload = (bytes: Uint8Array, name: string, resource = 'documents') =>
  ada.call('POST', `/api/v1/projects/${projectId}/${resource}`, formWith(bytes, name))

test('what is not JSON', async () => {
  expectProblem(await ada.call('POST', '/api/v1/projects', '{"name": '), 400, 'invalid_json')
})
test('a wrong type, and a missing field, each with its path', async () => {
  const wrong = await ada.call('POST', '/api/v1/projects', { name: 7 })
  expectProblem(wrong, 400, 'validation_failed')
  expect(wrong.body.errors[0].path).toBe('body.name')
  expectProblem(await ada.call('POST', '/api/v1/projects', {}), 400, 'validation_failed')
})
test('a body that is not the media type it should be', async () => {
  expectProblem(
    await ada.call('POST', '/api/v1/projects', 'name=x', {
      'content-type': 'application/x-www-form-urlencoded',
    }),
    415,
    'unsupported_media_type',
  )
})
test('JSON that is too large is told the limit', async () => {
  const reply = await ada.call('POST', '/api/v1/projects', { name: 'x'.repeat(2_000_000) })
  expectProblem(reply, 413, 'payload_too_large')
  expect(reply.body.limit).toBeGreaterThan(0)
})
test('a document that is too large is told the limit', async () => {
  const reply = await upload(Buffer.concat([tinyPng(), Buffer.alloc(51 * 1024 * 1024)]), 'big.png')
  expectProblem(reply, 413, 'payload_too_large')
  expect(reply.body.limit).toBeGreaterThanOrEqual(50 * 1024 * 1024)
})
test('a text file that calls itself a PDF is told what is supported', async () => {
  const reply = await upload(Buffer.from('just text'), 'letter.pdf')
  expectProblem(reply, 415, 'unsupported_media_type')
  expect(reply.body.supported).toContain('application/pdf')
})
test('an empty file', async () => {
  expectProblem(await upload(Buffer.alloc(0), 'empty.pdf'), 400, 'empty_file')
})
test('an image of 50,000 × 50,000 pixels fails before it is decoded, and the file is kept', async () => {
  const { body } = await upload(pngHeader(50_000, 50_000), 'huge.png')
  const item = await ada.until('documents', body.id, ['failed'])
  expect(item.failure?.code).toBe('image_too_large')
  expect((await ada.call('GET', `/api/v1/documents/${body.id}/file`)).status).toBe(200)
  expect((await ada.call('POST', `/api/v1/documents/${body.id}/reprocess`, {})).status).toBe(202)
})
test('an id that does not exist and one that belongs to somebody else look the same', async () => {
  const unknown = await ada.call('GET', '/api/v1/documents/019a9d2e-0000-7000-8000-000000000004')
  const foreign = await eve.call('GET', `/api/v1/documents/${documentId}`)
  expectProblem(unknown, 404, 'document_not_found')
  expectProblem(foreign, 404, 'document_not_found')
  expect(foreign.body.detail).toBe(unknown.body.detail)
})
test('no token, and tokens that are none', async () => {
  expectProblem(await stranger.call('GET', '/api/v1/projects'), 401, 'unauthenticated')
  const forged = { authorization: `Bearer ${ada.token.slice(0, -8)}AAAAAAAA` }
  expectProblem(await stranger.call('GET', '/api/v1/projects', undefined, forged), 401, 'unauthenticated')
  const none = `Bearer ${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${ada.token.split('.')[1]}.`
  expectProblem(
    await stranger.call('GET', '/api/v1/projects', undefined, { authorization: none }),
    401,
    'unauthenticated',
  )
})
test('somebody else’s project cannot be written to', async () => {
  const list = () => ada.call('GET', `/api/v1/documents?projectId=${projectId}`)
  const before = (await list()).body.items.length
  const reply = await eve.call(
    'POST',
    `/api/v1/projects/${projectId}/documents`,
    formWith(tinyPng(), 'x.png'),
  )
  expectProblem(reply, 404, 'project_not_found')
  expect((await list()).body.items).toHaveLength(before)
})
test('a stale If-Match', async () => {
  const path = `/api/v1/documents/${documentId}`
  expectProblem(
    await ada.call('PATCH', path, { title: 'New' }, { 'if-match': '"9999"' }),
    412,
    'precondition_failed',
  )
})
test('paths that lead nowhere, and what is private to the platform', async () => {
  for (const path of [
    '/api/v1/nothing',
    '/dapr/subscribe',
    '/events/document.uploaded.v1',
    '/metrics',
    '/v1.0/metadata',
  ]) {
    expectProblem(await ada.call('GET', path), 404, 'route_not_found')
  }
  expectProblem(
    await ada.call('POST', '/events/review.approved.v1', { forged: true }),
    404,
    'route_not_found',
  )
})
test('/docs, /openapi.json and the health of everything can be read', async () => {
  expect((await stranger.call('GET', '/docs')).status).toBe(200)
  const { body } = await stranger.call('GET', '/openapi.json')
  expect(body.openapi).toMatch(/^3\.1/)
  expect(Object.keys(body.paths)).toEqual(
    expect.arrayContaining(['/api/v1/projects', '/api/v1/reviews/{id}/approve', '/api/v1/auth/login']),
  )
  for (const path of ['/health', '/health/ready', '/health/live'])
    expect((await stranger.call('GET', path)).status, path).toBe(200)
})

/** A PNG that says it has this size: everything that decoders check before they allocate is right. */
function pngHeader(width: number, height: number): Buffer {
  const size = Buffer.alloc(13)
  size.writeUInt32BE(width, 0)
  size.writeUInt32BE(height, 4)
  size.set([8, 0, 0, 0, 0], 8)
  return png(size, deflateSync(Buffer.alloc(64)))
}

/** One white pixel, made different each time so that it is no duplicate. */
function tinyPng(): Buffer {
  const size = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])
  return Buffer.concat([png(size, deflateSync(Buffer.from([0, 255]))), Buffer.from(String(Math.random()))])
}

function png(header: Buffer, pixels: Buffer): Buffer {
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(body, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}
