import { createReadStream, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import { crc32, deflateSync } from 'node:zlib'
import { documentOcrCompleted } from '@alta/contracts/events/document-ocr-completed.v1'
import { documentOcrFailed } from '@alta/contracts/events/document-ocr-failed.v1'
import { documentOcrRequested } from '@alta/contracts/events/document-ocr-requested.v1'
import { recognisedDocument } from '@alta/contracts/resources/recognition'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { RecognitionFailure } from '@alta/kit/recognition/recognition-failure'
import type { RecognitionSchema } from '@alta/kit/recognition/recognition-tables'
import { type FileStorage, openStorage } from '@alta/kit/storage/storage'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { deliverTo, emitted, eventOf } from '@alta/kit/testing/deliver'
import { characterErrorRate } from '@alta/kit/testing/error-rate'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { OcrEngine } from '../engines/engine.ts'
import { tesseract } from '../engines/tesseract.ts'
import { subscriptions } from '../subscriptions.ts'
import { sample, truthOf } from '../testing/documents.ts'
import { jobRepository } from './job.repository.ts'
import { readDocument } from './read-document.ts'

const mediaTypes: Record<string, string> = {
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
}
const engine = tesseract()
let directory: string
let files: FileStorage
let db: TestDatabase<RecognitionSchema>

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'alta-ocr-test-'))
  files = openStorage({
    FILES_DIRECTORY: directory,
    FILES_S3_BUCKET: undefined,
    FILES_S3_REGION: 'us-east-1',
    FILES_S3_ENDPOINT: undefined,
    FILES_S3_ACCESS_KEY_ID: undefined,
    FILES_S3_SECRET_ACCESS_KEY: undefined,
    FILES_S3_PATH_STYLE: true,
  })
})
afterAll(async () => {
  await engine.close()
  await rm(directory, { recursive: true })
})
beforeEach(async () => {
  db = await createTestDatabase('ocr', new URL('../database/migrations/', import.meta.url))
})
afterEach(() => db.close())

const deliver = (reader: OcrEngine = engine) =>
  deliverTo(
    db.database,
    subscriptions({ jobs: jobRepository(db.database), files, engine: reader, timeLimit: 120_000 }),
  )

async function requested(bytes: Readable, mediaType: string, languages = ['en']) {
  return eventOf(documentOcrRequested, {
    documentId: randomUUIDv7(),
    projectId: randomUUIDv7(),
    recognitionId: randomUUIDv7(),
    version: 1,
    file: { ...(await files.put(bytes)), mediaType },
    languages,
  })
}

const requestedSample = (name: string, languages?: string[]) =>
  requested(createReadStream(sample(name)), mediaTypes[extname(name)] ?? '', languages)

async function readBack() {
  const [completed] = await emitted(db.admin, documentOcrCompleted)
  return recognisedDocument.parse(await json(await files.open(completed?.result.sha256 ?? '')))
}

test.each(['text.pdf', 'letter.png', 'facture.jpg', 'scan.pdf'])(
  '%s is read within its error rate',
  async (name) => {
    const truth = truthOf(name.replace(/\.\w+$/, ''))
    expect(await deliver()(await requestedSample(name, [truth.language]))).toBe('SUCCESS')
    const result = await readBack()
    const rate = characterErrorRate(truth.text, result.pages.map((page) => page.text).join('\n'))
    console.log(
      `${name}: character error rate ${(rate * 100).toFixed(2)} %, confidence ${result.confidence.toFixed(3)}`,
    )
    expect(rate).toBeLessThanOrEqual(truth.maximumCharacterErrorRate ?? 0)
  },
  120_000,
)

test('a sound text layer is used instead of OCR, with a box for each word', async () => {
  await deliver()(await requestedSample('text.pdf'))
  const { pages } = await readBack()
  expect(pages.map((page) => page.origin)).toEqual(['text-layer', 'text-layer'])
  const first = pages[0]?.words[0]
  expect(first?.text).toBe('Maintenance')
  expect(first?.box.width).toBeGreaterThan(first?.box.height ?? 0)
  for (const page of pages) {
    for (const { box } of page.words) {
      expect(box.x + box.width).toBeLessThanOrEqual(page.width)
      expect(box.y + box.height).toBeLessThanOrEqual(page.height)
    }
  }
})

test('what the machine can hardly read has a low confidence', async () => {
  await deliver()(await requestedSample('bad-photo.jpg'))
  expect((await readBack()).confidence).toBeLessThan(0.8)
}, 60_000)

const failures = () => emitted(db.admin, documentOcrFailed)

test('a truncated PDF is unreadable', async () => {
  await deliver()(await requestedSample('truncated.pdf'))
  expect(await failures()).toMatchObject([{ code: 'unreadable_file', temporary: false }])
})

test('rubbish in every format is unreadable and never an exception', async () => {
  for (const mediaType of ['application/pdf', 'image/png', 'image/jpeg', 'image/tiff', 'image/webp']) {
    await deliver()(await requested(Readable.from([Buffer.from('rubbish %%EOF')]), mediaType))
  }
  expect((await failures()).map((one) => one.code)).toEqual(Array(5).fill('unreadable_file'))
})

test('a picture cut in the middle is unreadable', async () => {
  const bytes = readFileSync(sample('letter.png'))
  await deliver()(await requested(Readable.from([bytes.subarray(0, bytes.length / 2)]), 'image/png'))
  expect(await failures()).toMatchObject([{ code: 'unreadable_file' }])
})

test('an image of 50,000 × 50,000 pixels is refused by its header', async () => {
  await deliver()(await requested(Readable.from([hugePng()]), 'image/png'))
  expect(await failures()).toMatchObject([{ code: 'image_too_large', temporary: false }])
})

test('two deliveries have one result, and the pages that were kept meanwhile are gone', async () => {
  const event = await requestedSample('text.pdf')
  const send = deliver()
  await Promise.all([send(event), send(event)])
  expect(await emitted(db.admin, documentOcrCompleted)).toHaveLength(1)
  expect((await db.admin.query('select status from jobs')).rows).toEqual([{ status: 'read' }])
  expect((await db.admin.query('select 1 from job_parts')).rows).toEqual([])
})

test('after a failure in the middle only the missing pages are read again', async () => {
  const asked: number[][] = []
  const page = (number: number) => ({
    number,
    width: 10,
    height: 10,
    text: `page ${number}`,
    confidence: 1,
    words: [],
    origin: 'ocr' as const,
  })
  let attempt = 0
  const stumbling: OcrEngine = {
    name: 'stumbling',
    close: async () => undefined,
    async read(_source, numbers, { kept }) {
      const missing: number[] = []
      for (const number of numbers) if (!(await kept.page(number))) missing.push(number)
      asked.push(missing)
      for (const number of missing) {
        if (attempt === 0 && number === 3) {
          attempt++
          throw new Error('the engine stumbled')
        }
        await kept.keepPage(page(number))
      }
      return numbers.map(page)
    },
  }
  const event = await requestedSample('scan.pdf')
  const send = deliver(stumbling)
  await send(event)
  // The parked attempt would run by itself; a second request of the same recognition does the same at once.
  await send({ ...event, id: randomUUIDv7() })
  expect(asked).toEqual([[1, 2, 3], [3]])
  expect(await emitted(db.admin, documentOcrCompleted)).toHaveLength(1)
})

test('a document without an engine fails for now, and may be read again later', async () => {
  const missing: OcrEngine = {
    name: 'missing',
    close: async () => undefined,
    read: () =>
      Promise.reject(new RecognitionFailure('engine_missing', 'Not installed.', { temporary: true })),
  }
  expect(await deliver(missing)(await requestedSample('letter.png'))).toBe('SUCCESS')
  expect(await failures()).toMatchObject([{ code: 'engine_missing', temporary: true }])
})

test('after the last attempt the others hear that the engine has failed, and not how', async () => {
  const event = await requestedSample('letter.png')
  const { exhausted } = readDocument({ jobs: jobRepository(db.database), files, engine, timeLimit: 1_000 })
  const failure = { errorClass: 'StatusError', message: 'quota of project 4711', stack: '', permanent: false }
  await db.database.transaction(event.tenantid, async (scope) => {
    const data = documentOcrRequested.schema.parse(event.data)
    const message = {
      id: event.id,
      source: event.source,
      topic: event.topic,
      subject: event.subject,
      tenantId: event.tenantid,
      correlationId: event.correlationid,
      sequence: undefined,
      time: new Date(event.time),
      replay: false,
      muted: false,
      traceparent: undefined,
    }
    await exhausted?.(failure, { ...scope, data, message })
  })
  const [failed] = await failures()
  expect(failed).toMatchObject({ code: 'engine_failed', temporary: true })
  expect(failed?.detail).not.toContain('4711')
})

/** Right in every byte that a decoder checks before it makes room for the pixels. */
function hugePng(): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const framed = Buffer.alloc(body.length + 8)
    framed.writeUInt32BE(data.length, 0)
    framed.set(body, 4)
    framed.writeUInt32BE(crc32(body), body.length + 4)
    return framed
  }
  const header = Buffer.from([0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50, 8, 0, 0, 0, 0])
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(64))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
