import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { documentMediaTypes, voiceMediaTypes } from '@alta/contracts/resources/file'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { anyone } from '../auth/policy.ts'
import { localDisk } from '../storage/local-disk.ts'
import type { FileStorage } from '../storage/storage.ts'
import { type AppUnderTest, appToken, startApp } from './app-under-test.ts'
import { attachment, safeFileName } from './file-name.ts'
import { route } from './route.ts'

const maximumBytes = 200_000
const supported = [...documentMediaTypes, ...voiceMediaTypes]

const upload = route({
  method: 'post',
  path: '/files',
  summary: 'Upload',
  tag: 'tests',
  policy: anyone,
  upload: {
    maximumBytes,
    accept: supported,
    fields: z.object({
      title: z.string().max(20).optional(),
      tags: z.union([z.string(), z.array(z.string())]).optional(),
    }),
  },
  answers: {
    201: {
      description: 'Stored',
      schema: z.object({
        sha256: z.string(),
        size: z.number(),
        mediaType: z.string(),
        fileName: z.string(),
        fields: z.unknown(),
      }),
    },
  },
  handle: async ({ upload: received }) => ({ status: 201, body: received }),
})

let directory: string
let files: FileStorage
let app: AppUnderTest
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'alta-upload-'))
  files = localDisk(directory)
  app = await startApp({ routes: [upload], files })
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

const pdf = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n')
const form = (file: Uint8Array | undefined, fields: [string, string][] = [], name = 'scan.pdf') => {
  const body = new FormData()
  for (const [field, value] of fields) body.append(field, value)
  if (file) body.append('file', new Blob([new Uint8Array(file)], { type: 'text/plain' }), name)
  return { method: 'POST', body }
}
const send = async (init: RequestInit) => {
  const answer = await app.call('/files', init)
  return { status: answer.status, body: z.looseObject({}).parse(await answer.json()) }
}
async function stored(): Promise<string[]> {
  const found: string[] = []
  for await (const { sha256 } of files.list()) found.push(sha256)
  return found
}

test('a file is in storage, typed by content, with its fields checked', async () => {
  const { status, body } = await send(
    form(
      pdf,
      [
        ['title', 'Letter'],
        ['tags', 'a'],
        ['tags', 'b'],
      ],
      '../../etc/Brief.png',
    ),
  )
  expect(status).toBe(201)
  expect(body).toMatchObject({
    size: pdf.length,
    mediaType: 'application/pdf',
    fileName: 'Brief.png',
    fields: { title: 'Letter', tags: ['a', 'b'] },
  })
  expect(await files.stat(String(body.sha256))).toMatchObject({ size: pdf.length })
})

const ascii = (text: string) => Buffer.from(text, 'latin1')
const oggOpus = Buffer.concat([ascii('OggS'), Buffer.alloc(24), ascii('OpusHead'), Buffer.alloc(64)])
test.each<[string, Buffer]>([
  ['image/png', Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010806000000', 'hex')],
  ['image/jpeg', Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex')],
  ['image/tiff', Buffer.from('49492a0008000000000000000000', 'hex')],
  [
    'image/webp',
    Buffer.concat([ascii('RIFF'), Buffer.from([36, 0, 0, 0]), ascii('WEBPVP8 '), Buffer.alloc(30)]),
  ],
  [
    'audio/wav',
    Buffer.concat([ascii('RIFF'), Buffer.from([36, 0, 0, 0]), ascii('WAVEfmt '), Buffer.alloc(30)]),
  ],
  ['audio/flac', Buffer.concat([ascii('fLaC'), Buffer.alloc(40)])],
  [
    'audio/mpeg',
    Buffer.concat([
      ascii('ID3'),
      Buffer.from([4, 0, 0, 0, 0, 0, 0]),
      Buffer.from('fffb9064', 'hex'),
      Buffer.alloc(500),
    ]),
  ],
  [
    'audio/mp4',
    Buffer.concat([Buffer.from([0, 0, 0, 28]), ascii('ftypM4A \0\0\0\0M4A mp42isom'), Buffer.alloc(40)]),
  ],
  ['audio/ogg', oggOpus],
  [
    'audio/webm',
    Buffer.from(
      '1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878104428581021853806701ffffffffffffff',
      'hex',
    ),
  ],
  [
    'audio/mp4',
    Buffer.concat([Buffer.from([0, 0, 0, 28]), ascii('ftypiso5\0\0\0\0isomiso5hlsf'), Buffer.alloc(40)]),
  ],
])('%s is known by its first bytes', async (mediaType, bytes) => {
  const { status, body } = await send(form(bytes, [], 'x.bin'))
  expect(body).toMatchObject({ mediaType })
  expect(status).toBe(201)
})

test('text that calls itself PDF is 415 with what is supported, and nothing is stored', async () => {
  const before = await stored()
  for (const bytes of [
    Buffer.from('just words'),
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    Buffer.from('PK\x03\x04zip'),
  ]) {
    const { status, body } = await send(form(bytes))
    expect(status).toBe(415)
    expect(body).toMatchObject({ code: 'unsupported_media_type', supported })
  }
  expect(await stored()).toEqual(before)
})

test('zero bytes are empty_file', async () => {
  const { status, body } = await send(form(Buffer.alloc(0)))
  expect([status, body.code]).toEqual([400, 'empty_file'])
})

test('a file over the limit is 413 with the limit, announced or not, and leaves nothing', async () => {
  const before = await stored()
  const large = Buffer.concat([pdf, Buffer.alloc(maximumBytes)])
  const far = Buffer.concat([pdf, Buffer.alloc(maximumBytes * 10)])
  for (const bytes of [large, far]) {
    const { status, body } = await send(form(bytes))
    expect(status).toBe(413)
    expect(body).toMatchObject({ code: 'payload_too_large', limit: maximumBytes })
  }
  expect(await stored()).toEqual(before)
  expect(await readdir(join(directory, 'incoming'))).toEqual([])
})

test('a file of exactly the limit is taken', async () => {
  const { status } = await send(form(Buffer.concat([pdf, Buffer.alloc(maximumBytes - pdf.length, 7)])))
  expect(status).toBe(201)
})

test('a missing file and wrong fields are told together', async () => {
  const { status, body } = await send(form(undefined, [['title', 'x'.repeat(21)]]))
  expect(status).toBe(400)
  expect(body).toMatchObject({
    code: 'validation_failed',
    errors: [{ path: 'body.title' }, { path: 'body.file' }],
  })
})

test.each<[string, number, string, RequestInit]>([
  [
    'JSON',
    415,
    'unsupported_media_type',
    { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
  ],
  [
    'no boundary',
    400,
    'malformed_multipart',
    { method: 'POST', headers: { 'content-type': 'multipart/form-data' }, body: 'x' },
  ],
  [
    'a form that ends too early',
    400,
    'malformed_multipart',
    {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: '--b\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7 and then',
    },
  ],
  [
    'another part name',
    400,
    'malformed_multipart',
    (() => {
      const body = new FormData()
      body.append('document', new Blob([pdf]), 'a.pdf')
      return { method: 'POST', body }
    })(),
  ],
  [
    'sixty fields',
    400,
    'too_many_parts',
    form(
      pdf,
      Array.from({ length: 60 }, (_, i) => [`f${i}`, 'x']),
    ),
  ],
  ['an endless field', 400, 'field_too_large', form(pdf, [['title', 'x'.repeat(70_000)]])],
])('%s is %i %s', async (_what, status, code, init) => {
  const answer = await send(init)
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect(await readdir(join(directory, 'incoming'))).toEqual([])
})

test('two files are refused', async () => {
  const init = form(pdf)
  init.body.append('file', new Blob([pdf]), 'second.pdf')
  expect((await send(init)).body.code).toBe('too_many_parts')
})

test('an upload that is broken off leaves nothing', async () => {
  const before = await stored()
  const socket = connect(app.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    `POST /files HTTP/1.1\r\nhost: x\r\ndapr-api-token: ${appToken}\r\ncontent-type: multipart/form-data; boundary=b\r\n` +
      'content-length: 100000\r\n\r\n--b\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' +
      `${pdf.toString('latin1')}${'x'.repeat(20_000)}`,
  )
  await expect.poll(() => readdir(join(directory, 'incoming'))).toHaveLength(1)
  socket.destroy()
  await expect.poll(() => readdir(join(directory, 'incoming'))).toEqual([])
  expect(await stored()).toEqual(before)
})

test('storage that is full is unavailable for a while, told without its words', async () => {
  const full: FileStorage = {
    ...files,
    put: async (stream) => {
      for await (const _ of stream) break
      throw Object.assign(new Error('no space left on /dev/secret'), { code: 'ENOSPC' })
    },
  }
  await using failing = await startApp({ routes: [upload], files: full })
  const answer = await failing.call('/files', form(Buffer.concat([pdf, Buffer.alloc(100_000)])))
  expect(answer.status).toBe(503)
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await answer.text()).not.toContain('secret')
})

test('any bytes come back as they were sent, whatever the fields around them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 20_000 }),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }),
      async (bytes, title) => {
        const sent = Buffer.concat([pdf, bytes])
        const { status, body } = await send(form(sent, [['title', title]]))
        expect(status).toBe(201)
        const chunks: Buffer[] = []
        for await (const chunk of await files.open(String(body.sha256))) chunks.push(chunk)
        expect(Buffer.concat(chunks).equals(sent)).toBe(true)
        // Forms write every line break as CR LF.
        expect(body.fields).toEqual({ title: title.replaceAll(/\r\n|\r|\n/g, '\r\n') })
      },
    ),
    { numRuns: 40 },
  )
})

test('a name of any kind becomes one that is safe to show and to send', () => {
  expect(safeFileName('C:\\Users\\me\\Scan 1.pdf')).toBe('Scan 1.pdf')
  expect(safeFileName('invoice\u202efdp.exe\0')).toBe('invoicefdp.exe')
  expect([safeFileName(undefined), safeFileName('..'), safeFileName('a/')]).toEqual(['file', 'file', 'file'])
  expect(safeFileName(`${'é'.repeat(300)}.pdf`)).toMatch(/^é{196}\.pdf$/)
  expect(attachment('Grüße "1".pdf')).toBe(
    `attachment; filename="Gr__e _1_.pdf"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%221%22.pdf`,
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const safe = safeFileName(name)
      expect(safe).toMatch(/^[^/\\\0\r\n]{1,400}$/)
      expect(() => new Headers({ 'content-disposition': attachment(name) })).not.toThrow()
    }),
  )
})
