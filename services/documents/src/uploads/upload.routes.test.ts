import { createHash, randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { documentUploaded } from '@alta/contracts/events/document-uploaded.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { type Person, person } from '@alta/kit/testing/person'
import { eventually } from '@alta/kit/testing/wait'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pdf, startDocuments, type TestDocuments, wav } from '../documents.fixture.ts'
import { sweepFiles } from '../intake/sweep.ts'
import { kinds } from '../kinds.ts'
import { type Finishing, finishUpload } from './finish-upload.ts'
import { joinsOf } from './joins.ts'
import { dropAbandonedUploads, finishWaitingUploads } from './sweep-uploads.ts'

let documents: TestDocuments
let project: string
beforeAll(async () => {
  documents = await startDocuments()
  project = await documents.project(owner)
})
afterAll(() => documents.close())

const owner = person()
const tus = { 'tus-resumable': '1.0.0' }
const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const large = () => Buffer.concat([pdf(), randomBytes(300_000)])

const metadataOf = (fields: Record<string, string>) =>
  Object.entries(fields)
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',')

async function ask(
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: Buffer; who?: Person; port?: number } = {},
) {
  const { headers = {}, body, who = owner, port = documents.port } = options
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { ...documents.headersOf(who), ...tus, ...headers },
    ...(body ? { body: new Uint8Array(body) } : {}),
  })
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.includes('json')
  return {
    status: answer.status,
    headers: answer.headers,
    body: isJson && text !== '' ? JSON.parse(text) : text,
  }
}

const begin = (length: number, fields: Record<string, string> = { filename: 'A letter.pdf' }, who = owner) =>
  ask('POST', `/api/v1/projects/${project}/uploads`, {
    headers: {
      'upload-length': String(length),
      ...(Object.keys(fields).length > 0 ? { 'upload-metadata': metadataOf(fields) } : {}),
    },
    who,
  })

const send = (path: string, offset: number, body: Buffer, more: { port?: number; who?: Person } = {}) =>
  ask('PATCH', path, {
    headers: { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
    body,
    ...more,
  })

async function begun(length: number, fields?: Record<string, string>): Promise<string> {
  const answer = await begin(length, fields)
  expect(answer.status).toBe(201)
  return answer.headers.get('location') ?? ''
}

/** Sends a part and breaks the connection in the middle of it. */
async function sendHalf(path: string, offset: number, bytes: Buffer): Promise<void> {
  const headers = { ...documents.headersOf(owner), ...tus, 'upload-offset': String(offset) }
  const socket = connect(documents.port, '127.0.0.1')
  socket.on('error', () => undefined)
  const head = Object.entries({
    host: 'documents',
    ...headers,
    'content-type': 'application/offset+octet-stream',
    'content-length': String(bytes.length),
  })
  socket.write(
    `PATCH ${path} HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
  )
  socket.write(bytes.subarray(0, bytes.length / 2))
  // It has to have been read before it is cut, or the operating system drops it.
  await new Promise((resolve) => setTimeout(resolve, 300))
  socket.destroy()
}

const offsetOf = async (path: string) => Number((await ask('HEAD', path)).headers.get('upload-offset'))

describe('an upload in parts', () => {
  test('becomes a document with the last byte, with what was said of it', async () => {
    const bytes = large()
    const path = await begun(bytes.length, {
      filename: 'To Ann.pdf',
      filetype: 'application/pdf',
      title: 'An Ann',
      language: 'de',
      tags: 'war, letters',
    })
    const first = await send(path, 0, bytes.subarray(0, 100_000))
    expect([first.status, first.headers.get('upload-offset')]).toEqual([204, '100000'])
    expect(first.headers.get('upload-outcome')).toBeNull()
    const last = await send(path, 100_000, bytes.subarray(100_000))
    expect([last.status, last.headers.get('upload-outcome')]).toEqual([204, 'created'])
    const item = await ask('GET', last.headers.get('upload-item') ?? '')
    expect(item.body).toMatchObject({
      title: 'An Ann',
      language: 'de',
      tags: ['war', 'letters'],
      fileName: 'To Ann.pdf',
      mediaType: 'application/pdf',
      sha256: hashOf(bytes),
      size: bytes.length,
      uploadedBy: owner.userId,
    })
    expect((await ask('GET', path)).body).toMatchObject({ outcome: 'created', itemId: item.body.id })
  })

  test('is cut in the middle and goes on at another replica, byte for byte', async () => {
    const bytes = large()
    const path = await begun(bytes.length)
    await sendHalf(path, 0, bytes)
    const port = await documents.anotherReplica()
    const offset = await eventually('half of it is there', async () => {
      const { headers } = await ask('HEAD', path, { port })
      return Number(headers.get('upload-offset')) || undefined
    })
    expect(offset).toBeGreaterThan(0)
    expect(offset).toBeLessThan(bytes.length)
    const last = await send(path, offset, bytes.subarray(offset), { port })
    const item = await ask('GET', last.headers.get('upload-item') ?? '')
    expect(item.body.sha256).toBe(hashOf(bytes))
  })

  test('becomes one document however often the last part comes', async () => {
    const bytes = large()
    const path = await begun(bytes.length)
    await send(path, 0, bytes.subarray(0, 1000))
    const rest = bytes.subarray(1000)
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(path, 1000, rest)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 409, 409, 409, 409])
    const again = await send(path, 1000, rest)
    expect([again.status, again.body.code]).toEqual([409, 'upload_offset_conflict'])
    const head = await ask('HEAD', path)
    expect(head.headers.get('upload-offset')).toBe(String(bytes.length))
    expect(head.headers.get('upload-outcome')).toBe('created')
    const sha256 = hashOf(bytes)
    const told = (await documents.emitted(documentUploaded)).filter(({ file }) => file.sha256 === sha256)
    expect(told).toHaveLength(1)
  })

  test('is finished by others when the process died after the last byte', async () => {
    const [asked, swept] = [await leftWhole(), await leftWhole()]
    const head = await ask('HEAD', asked.path)
    expect(head.headers.get('upload-outcome')).toBe('created')
    await finishWaitingUploads(finishing())
    for (const one of [asked, swept]) {
      const { body } = await ask('GET', one.path)
      expect(body.outcome).toBe('created')
      const item = await documents.get(owner, `/documents/${body.itemId}`)
      expect(item.body.sha256).toBe(one.sha256)
    }
  })

  test('of bytes that the project has names the document that has them', async () => {
    const bytes = large()
    const first = await documents.upload(owner, `/projects/${project}/documents`, bytes)
    const path = await begun(bytes.length)
    const last = await send(path, 0, bytes)
    expect([last.status, last.headers.get('upload-outcome')]).toEqual([204, 'duplicate'])
    expect(last.headers.get('upload-item')).toBe(`/api/v1/documents/${first.body.id}`)
  })

  test('of which nothing was said has a name all the same', async () => {
    const bytes = pdf()
    const last = await send(await begun(bytes.length, {}), 0, bytes)
    const item = await ask('GET', last.headers.get('upload-item') ?? '')
    expect(item.body).toMatchObject({ fileName: 'file', title: 'file', language: 'en', tags: [] })
  })

  test('may be a recording, by its type or because one says so', async () => {
    for (const fields of [{ filetype: 'audio/wav' }, { kind: 'voice' }]) {
      const bytes = wav()
      const last = await send(await begun(bytes.length, fields), 0, bytes)
      expect(last.headers.get('upload-item')).toMatch(/^\/api\/v1\/voice-samples\//)
    }
  })

  test('is taken with a right checksum alone', async () => {
    const bytes = pdf()
    const path = await begun(bytes.length)
    const patch = (checksum: string) =>
      ask('PATCH', path, {
        headers: {
          ...{ 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
          'upload-checksum': checksum,
        },
        body: bytes,
      })
    const wrong = await patch(`sha256 ${createHash('sha256').update('other').digest('base64')}`)
    expect([wrong.status, wrong.body.code]).toEqual([460, 'checksum_mismatch'])
    expect((await patch('md5 AAAA')).body.code).toBe('unknown_checksum')
    expect((await ask('HEAD', path)).headers.get('upload-offset')).toBe('0')
    expect((await patch(`sha256 ${createHash('sha256').update(bytes).digest('base64')}`)).status).toBe(204)
  })
})

describe('an upload that is whole', () => {
  test('is joined once, however many ask for it meanwhile, and they are answered at once', async () => {
    const { id, path, sha256 } = await leftWhole()
    const { files, puts, goOn } = slowFiles()
    const first = finishUpload(finishing({ files }), { id, tenant_id: owner.tenantId })
    await eventually('it is being joined', async () => puts() || undefined)
    const others = Array.from({ length: 5 }, () =>
      finishUpload(finishing({ files }), { id, tenant_id: owner.tenantId }),
    )
    for (const other of await Promise.all(others)) expect(other?.outcome).toBeNull()
    await finishWaitingUploads(finishing({ files }))
    const told = await ask('GET', path)
    expect(told.body).toMatchObject({ outcome: null, received: told.body.length })
    expect((await ask('HEAD', path)).headers.get('upload-outcome')).toBeNull()
    goOn()
    expect(await first).toMatchObject({ outcome: 'created', finishing_until: null })
    expect(puts()).toBe(1)
    const item = await documents.get(owner, `/documents/${(await ask('GET', path)).body.itemId}`)
    expect(item.body.sha256).toBe(sha256)
  })

  test('waits for the sweep, unclaimed, when as many are being joined as may', async () => {
    const [running, left] = [await leftWhole(), await leftWhole()]
    const joins = joinsOf(1)
    const { files, puts, goOn } = slowFiles()
    const first = finishUpload(finishing({ files, joins }), { id: running.id, tenant_id: owner.tenantId })
    await eventually('one is being joined', async () => puts() || undefined)
    const told = await finishUpload(finishing({ files, joins }), { id: left.id, tenant_id: owner.tenantId })
    expect(told?.outcome).toBeNull()
    goOn()
    await first
    expect(puts()).toBe(1)
    await finishWaitingUploads(finishing())
    expect((await ask('GET', left.path)).body.outcome).toBe('created')
  })

  test('is tried again a minute after a failure, and not by everybody who asks', async () => {
    const { id, path } = await leftWhole()
    let tries = 0
    const put = async (): Promise<never> => {
      tries++
      throw new Error('the disk is full')
    }
    const broken = finishing({ files: { ...documents.files, put } })
    await expect(finishUpload(broken, { id, tenant_id: owner.tenantId })).rejects.toThrow('full')
    expect((await finishUpload(broken, { id, tenant_id: owner.tenantId }))?.outcome).toBeNull()
    await finishWaitingUploads(broken)
    expect(tries).toBe(1)
    await documents.admin.query('update uploads set finishing_until = now() where id = $1', [id])
    expect((await ask('GET', path)).body.outcome).toBe('created')
  })
})

const finishing = (more: Partial<Finishing> = {}): Finishing => ({
  ...{ database: documents.database, files: documents.files, kinds, joins: joinsOf() },
  ...more,
})

/** An upload as a process leaves it that dies after the last byte: the parts are there, and nothing came of them. */
async function leftWhole() {
  const bytes = large()
  const path = await begun(bytes.length)
  await send(path, 0, bytes.subarray(0, 1000))
  const stored = await documents.files.put(Readable.from([bytes.subarray(1000)]))
  const id = path.split('/').at(-1) ?? ''
  await documents.admin.query(
    `with part as (insert into upload_parts (upload_id, position, tenant_id, size, sha256)
       select id, 1000, tenant_id, $2, $3 from uploads where id = $1)
     update uploads set received = length, touched_at = now() - interval '2 minutes' where id = $1`,
    [id, stored.size, stored.sha256],
  )
  return { id, path, sha256: hashOf(bytes) }
}

/** Storage that takes nothing before it is told to. */
function slowFiles() {
  const gate = Promise.withResolvers<void>()
  let puts = 0
  const put: Finishing['files']['put'] = async (...asked) => {
    puts++
    await gate.promise
    return documents.files.put(...asked)
  }
  return { files: { ...documents.files, put }, puts: () => puts, goOn: gate.resolve }
}

describe('what is refused', () => {
  test('at the beginning: sizes, words and people', async () => {
    const codeOf = async (answer: ReturnType<typeof begin>) => {
      const { status, body } = await answer
      return [status, body.code]
    }
    expect(await codeOf(begin(2_000_000))).toEqual([413, 'payload_too_large'])
    expect(await codeOf(begin(0))).toEqual([400, 'empty_file'])
    expect(await codeOf(begin(10, { language: 'English' }))).toEqual([400, 'validation_failed'])
    expect(await codeOf(begin(10, {}, person()))).toEqual([404, 'project_not_found'])
    const viewer = person()
    await documents.call(owner, 'PUT', `/projects/${project}/members/${viewer.userId}`, { role: 'viewer' })
    expect(await codeOf(begin(10, {}, viewer))).toEqual([403, 'project_role_required'])
    const old = await ask('POST', `/api/v1/projects/${project}/uploads`, {
      headers: { 'upload-length': '10', 'tus-resumable': '0.2' },
    })
    expect(old.status).toBeGreaterThanOrEqual(400)
    expect(old.headers.get('content-type')).toBe('application/problem+json')
  })

  test('a type that is not taken, by the first part already', async () => {
    const text = Buffer.from('Dear Ann, '.repeat(2000))
    const path = await begun(text.length)
    const first = await send(path, 0, text.subarray(0, 10_000))
    expect([first.status, first.body.code]).toEqual([415, 'unsupported_media_type'])
    expect((await ask('HEAD', path)).status).toBe(404)
    const short = await begun(8)
    const whole = await send(short, 0, Buffer.from('Dear Ann'))
    expect([whole.status, whole.body.code]).toEqual([415, 'unsupported_media_type'])
    expect((await ask('GET', short)).body).toMatchObject({ outcome: 'refused', itemId: null })
  })

  test('a part that is too small, unless it is the last; nothing of it is stored', async () => {
    const bytes = large()
    const path = await begun(bytes.length)
    const small = await send(path, 0, bytes.subarray(0, 999))
    expect(small.body).toMatchObject({ status: 400, code: 'part_too_small', smallestPart: 1000 })
    expect(await documents.files.stat(hashOf(bytes.subarray(0, 999)))).toBeUndefined()
    expect((await ask('HEAD', path)).headers.get('upload-offset')).toBe('0')
    expect((await send(path, 0, bytes.subarray(0, bytes.length - 1))).status).toBe(204)
    const last = await send(path, bytes.length - 1, bytes.subarray(-1))
    expect(last.headers.get('upload-outcome')).toBe('created')
  })

  test('what a broken connection leaves, when a hundred have left too little before', async () => {
    const bytes = large()
    const path = await begun(bytes.length)
    const id = path.split('/').at(-1)
    await sendHalf(path, 0, bytes.subarray(0, 1800))
    await eventually('what came is kept', async () => (await offsetOf(path)) || undefined)
    const kept = await offsetOf(path)
    expect(kept).toBeLessThan(1000)
    await documents.admin.query(
      `insert into upload_parts (upload_id, position, tenant_id, size, sha256)
       select id, -number, tenant_id, 1, '' from uploads, generate_series(1, 99) number where id = $1`,
      [id],
    )
    await sendHalf(path, kept, bytes.subarray(kept, kept + 1800))
    expect(await offsetOf(path)).toBe(kept)
  })

  test('more than was announced, and a part for another place', async () => {
    const bytes = pdf()
    const path = await begun(bytes.length)
    const more = await send(path, 0, Buffer.concat([bytes, bytes]))
    expect([more.status, more.body.code]).toEqual([413, 'payload_too_large'])
    expect((await send(path, 5, bytes.subarray(5))).body.code).toBe('upload_offset_conflict')
    expect((await ask('HEAD', path)).headers.get('upload-offset')).toBe('0')
  })

  test('anybody else, also within the project', async () => {
    const bytes = pdf()
    const path = await begun(bytes.length)
    const reviewer = person()
    const member = `/projects/${project}/members/${reviewer.userId}`
    await documents.call(owner, 'PUT', member, { role: 'reviewer' })
    const otherTenant = person({ tenantId: randomUUIDv7(), roles: ['admin'] })
    for (const [who, code] of [
      [reviewer, 'upload_not_found'],
      [person(), 'project_not_found'],
      [otherTenant, 'project_not_found'],
    ] as const) {
      expect((await send(path, 0, bytes, { who })).body.code).toBe(code)
      expect((await ask('GET', path, { who })).body.code).toBe(code)
      expect((await ask('DELETE', path, { who })).body.code).toBe(code)
    }
    expect((await send(path, 0, bytes)).status).toBe(204)
  })
})

describe('the bytes of an upload', () => {
  const makeOld = () => documents.age(25)
  const sweep = () => sweepFiles(documents.database, documents.files, 24)

  test('stay while it goes on, and are swept when it is ended or abandoned', async () => {
    const bytes = large()
    const [kept, ended, abandoned] = [
      await begun(bytes.length),
      await begun(bytes.length),
      await begun(bytes.length),
    ]
    const parts = [bytes.subarray(0, 50_000), bytes.subarray(0, 60_000), bytes.subarray(0, 70_000)]
    await send(kept, 0, parts[0] ?? bytes)
    await send(ended, 0, parts[1] ?? bytes)
    await send(abandoned, 0, parts[2] ?? bytes)
    expect((await ask('DELETE', ended)).status).toBe(204)
    await documents.admin.query(`update uploads set touched_at = now() - interval '25 hours' where id = $1`, [
      abandoned.split('/').at(-1),
    ])
    expect((await ask('HEAD', abandoned)).status).toBe(410)
    await dropAbandonedUploads(documents.database, 24)
    expect((await ask('HEAD', abandoned)).status).toBe(404)
    await makeOld()
    await sweep()
    const there = await Promise.all(parts.map((part) => documents.files.stat(hashOf(part))))
    expect(there.map((found) => found !== undefined)).toEqual([true, false, false])
    const last = await send(kept, 50_000, bytes.subarray(50_000))
    expect(last.headers.get('upload-outcome')).toBe('created')
    await makeOld()
    await sweep()
    expect(await documents.files.stat(hashOf(bytes))).toBeDefined()
    expect(await documents.files.stat(hashOf(parts[0] ?? bytes))).toBeUndefined()
  })
})
