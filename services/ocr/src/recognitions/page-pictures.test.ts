import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer, json } from 'node:stream/consumers'
import { documentOcrCompleted } from '@alta/contracts/events/document-ocr-completed.v1'
import { documentOcrRequested } from '@alta/contracts/events/document-ocr-requested.v1'
import { type Page, recognisedDocument } from '@alta/contracts/resources/recognition'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { RecognitionSchema } from '@alta/kit/recognition/recognition-tables'
import { localDisk } from '@alta/kit/storage/local-disk'
import type { FileStorage } from '@alta/kit/storage/storage'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { deliverTo, emitted, eventOf } from '@alta/kit/testing/deliver'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { OcrEngine } from '../engines/engine.ts'
import { tesseract } from '../engines/tesseract.ts'
import { subscriptions } from '../subscriptions.ts'
import { keptPicturesInMemory, sample } from '../testing/documents.ts'
import { line, tinyPdf } from '../testing/tiny-pdf.ts'
import { addPictures } from './add-pictures.ts'
import { jobRepository } from './job.repository.ts'

const engine = tesseract()
let directory: string
let files: FileStorage
let db: TestDatabase<RecognitionSchema>

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'alta-ocr-test-'))
  files = localDisk(directory)
})
afterAll(async () => {
  await engine.close()
  await rm(directory, { recursive: true })
})
beforeEach(async () => {
  db = await createTestDatabase('ocr', new URL('../database/migrations/', import.meta.url))
})
afterEach(() => db.close())

async function requested(bytes: Buffer, mediaType: string) {
  const file = { ...(await files.put(Readable.from([bytes]))), mediaType }
  const ids = { documentId: randomUUIDv7(), projectId: randomUUIDv7(), recognitionId: randomUUIDv7() }
  return eventOf(documentOcrRequested, { ...ids, version: 1, file, languages: ['en'] })
}

const deliver = (storage = files, reader: OcrEngine = engine) =>
  deliverTo(
    db.database,
    subscriptions({ jobs: jobRepository(db.database), files: storage, engine: reader, timeLimit: 600_000 }),
  )

async function pagesRead(): Promise<Page[]> {
  const [completed] = await emitted(db.admin, documentOcrCompleted)
  return recognisedDocument.parse(await json(await files.open(completed?.result.sha256 ?? ''))).pages
}

/** Shares of dark pixels: inside the word's box, and in a thin frame around it. */
async function inkOf(page: Page, text: string): Promise<{ inside: number; around: number }> {
  const word = page.words.find((each) => each.text === text)
  if (!word || !page.image) throw new Error(`no word ${text}, or no picture`)
  const picture = sharp(await buffer(await files.open(page.image.sha256))).greyscale()
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true })
  const scale = info.width / page.width
  const [left, top] = [word.box.x * scale, word.box.y * scale]
  const [right, bottom] = [left + word.box.width * scale, top + word.box.height * scale]
  // Letters that touch the edge of their box colour its neighbours a little.
  const [near, far] = [2, 5]
  const count = { inside: [0, 0], around: [0, 0] }
  for (let y = Math.round(top - far); y < bottom + far; y++) {
    for (let x = Math.round(left - far); x < right + far; x++) {
      const beyond = Math.max(left - x, x - right, top - y, y - bottom)
      const place = beyond <= 0 ? count.inside : beyond > near ? count.around : undefined
      if (!place) continue
      place[0] = (place[0] ?? 0) + 1
      place[1] = (place[1] ?? 0) + ((data[y * info.width + x] ?? 255) < 140 ? 1 : 0)
    }
  }
  const share = ([all = 0, dark = 0]: number[]) => dark / all
  return { inside: share(count.inside), around: share(count.around) }
}

/** A letter as a camera stores it that was held upside down, or on its side. */
async function photographed(orientation: 3 | 6 | 8): Promise<Buffer> {
  const turns = { 3: 180, 6: 270, 8: 90 }
  const head = { left: 0, top: 0, width: 1_653, height: 700 }
  const upright = await sharp(readFileSync(sample('letter.png')))
    .extract(head)
    .toBuffer()
  const pixels = await sharp(upright).rotate(turns[orientation]).toBuffer()
  return sharp(pixels).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer()
}

const sentence = line('The quick brown fox jumps', 172, 800)
test.each<[string, string, () => Buffer | Promise<Buffer>, string]>([
  ['a PDF with a text layer', 'application/pdf', () => readFileSync(sample('text.pdf')), 'agreement'],
  ['a scan', 'application/pdf', () => readFileSync(sample('scan.pdf')), 'the'],
  ['a picture', 'image/png', () => readFileSync(sample('letter.png')), 'telephone'],
  ['a photo, the camera on its side', 'image/jpeg', () => photographed(6), 'Orchard'],
  ['a photo, the camera on its other side', 'image/jpeg', () => photographed(8), 'Orchard'],
  ['a photo, the camera upside down', 'image/jpeg', () => photographed(3), 'Orchard'],
  [
    'a turned page that begins at no zero',
    'application/pdf',
    () => tinyPdf([{ content: sentence, rotate: 90, mediaBox: [100, 100, 712, 892] }]),
    'jumps',
  ],
])(
  'the box of a word lies on its ink: %s',
  async (_what, mediaType, bytesOf, word) => {
    expect(await deliver()(await requested(await bytesOf(), mediaType))).toBe('SUCCESS')
    const [page] = await pagesRead()
    const { inside, around } = await inkOf(page as Page, word)
    expect(inside).toBeGreaterThan(0.1)
    expect(around).toBeLessThan(0.05)
  },
  600_000,
)

test('every page has its picture and its thumbnail in storage, and says how large they are', async () => {
  await deliver()(await requested(readFileSync(sample('text.pdf')), 'application/pdf'))
  const pages = await pagesRead()
  expect(pages).toHaveLength(2)
  for (const { width, height, image, thumbnail } of pages) {
    for (const picture of [image, thumbnail]) {
      const bytes = await buffer(await files.open(picture?.sha256 ?? ''))
      const metadata = await sharp(bytes).metadata()
      expect(picture).toMatchObject({
        mediaType: 'image/webp',
        size: bytes.length,
        width: metadata.width,
        height: metadata.height,
      })
    }
    expect((image?.width ?? 0) / (image?.height ?? 1)).toBeCloseTo(width / height, 2)
  }
})

const blank: Page = {
  number: 1,
  width: 100,
  height: 100,
  text: '',
  confidence: 0,
  words: [],
  origin: 'ocr',
}

test('an attempt after a failure draws only the pages that are missing', async () => {
  const reader: OcrEngine = {
    name: 'quick',
    read: async (_source, numbers) => numbers.map((number) => ({ ...blank, number })),
    close: async () => undefined,
  }
  let room = 5
  const puts: string[] = []
  const filling: FileStorage = {
    ...files,
    async put(stream) {
      if (puts.length === room) throw new Error('the disk is full')
      const stored = await files.put(stream)
      puts.push(stored.sha256)
      return stored
    },
  }
  const event = await requested(readFileSync(sample('scan.pdf')), 'application/pdf')
  const send = deliver(filling, reader)
  await send(event)
  const { rows } = await db.admin.query(`select part from job_parts where part like 'pictures%'`)
  expect([1, 2]).toContain(rows.length)
  room = Number.POSITIVE_INFINITY
  puts.length = 0
  await send({ ...event, id: randomUUIDv7() })
  // Two pictures of each missing page, and what was read.
  expect(puts).toHaveLength((3 - rows.length) * 2 + 1)
  expect((await pagesRead()).every((page) => page.image && page.thumbnail)).toBe(true)
  expect((await db.admin.query('select 1 from job_parts')).rows).toEqual([])
}, 600_000)

test('a page that cannot be drawn keeps its text and has no picture; the others have theirs', async () => {
  const colours = async (number: number) => {
    if (number === 2) throw new Error('a font that leads PDFium nowhere')
    return { pixels: Buffer.alloc(300, 255), channels: 3 as const, width: 10, height: 10 }
  }
  const read = [1, 2, 3].map((number) => ({ ...blank, number, text: `page ${number}` }))
  const pages = await addPictures(read, {
    source: { colours },
    files,
    kept: keptPicturesInMemory(),
    signal: new AbortController().signal,
  })
  expect(
    pages.map(({ text, image, thumbnail }) => [text, image !== undefined, thumbnail !== undefined]),
  ).toEqual([
    ['page 1', true, true],
    ['page 2', false, false],
    ['page 3', true, true],
  ])
})
