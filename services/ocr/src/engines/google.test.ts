import { randomBytes } from 'node:crypto'
import { page as pageSchema } from '@alta/contracts/resources/recognition'
import { status } from '@alta/kit/google/status'
import { type FakeBucket, fakeGoogleBucket } from '@alta/kit/testing/google-bucket'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PageImage } from '../pages/page-source.ts'
import { keptInMemory } from '../testing/documents.ts'
import { documentOf, type FakeDocumentAi, fakeDocumentAi, leaveResults } from '../testing/fake-document-ai.ts'
import type { OcrEngine, Source } from './engine.ts'
import { googleDocumentAi } from './google.ts'

let google: FakeDocumentAi
let storage: FakeBucket
let kept: ReturnType<typeof keptInMemory>

beforeEach(async () => {
  google = await fakeDocumentAi()
  storage = await fakeGoogleBucket()
  kept = keptInMemory()
})
afterEach(() => Promise.all([google.close(), storage.close()]))

const processor = 'projects/alta-test/locations/eu/processors/1'
const engine = (withBucket = false): OcrEngine =>
  googleDocumentAi({
    client: google.client(),
    processor,
    bucket: withBucket ? storage.bucket : undefined,
    pollInterval: 20,
  })

const blank = (width: number, height: number): PageImage => ({
  grey: Buffer.alloc(width * height, 255),
  width,
  height,
  dpi: 300,
})

function source(pageCount: number, bytes = 1_000, mediaType = 'application/pdf'): Source {
  const image = async () => blank(200, 100)
  const pages = { pageCount, textLayer: async () => undefined, image, close: () => undefined }
  return { bytes: Buffer.alloc(bytes, 1), mediaType, pages }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
const read = (reader: OcrEngine, from: Source, numbers: number[], signal = AbortSignal.timeout(30_000)) =>
  reader.read(from, numbers, {
    languages: ['fr', 'en'],

    signal,
    kept,
    pageDone: () => undefined,
  })
const refuse = (code: number, message = 'refused') => ({ code, message })
/** Pages of each request in order; an image is `image`. */
const ledger = () => google.sent.map((sent) => (sent.pages.length > 0 ? sent.pages : 'image'))
const textOf = (pages: number[]) => documentOf(Object.fromEntries(pages.map((one) => [one, `page ${one}`])))

describe('a request', () => {
  it('sends a PDF as it is and gives words with boxes, confidence and text', async () => {
    google.onProcess = () => documentOf({ 1: 'Bonjour, Zoë\nà 10 €', 2: '' })

    const [first, second] = await read(engine(), source(2), [1, 2])

    expect(pageSchema.parse(first)).toEqual({
      number: 1,
      width: 1000,
      height: 2000,
      origin: 'ocr',
      text: 'Bonjour, Zoë\nà 10 €',
      confidence: expect.closeTo(0.9),
      words: [
        {
          text: 'Bonjour,',
          box: { x: 100, y: 200, width: 200, height: 40 },
          confidence: expect.closeTo(0.9),
        },
        { text: 'Zoë', box: { x: 100, y: 240, width: 200, height: 20 }, confidence: expect.closeTo(0.9) },
        { text: 'à', box: { x: 100, y: 260, width: 200, height: 20 }, confidence: expect.closeTo(0.9) },
        { text: '10', box: { x: 100, y: 280, width: 200, height: 20 }, confidence: expect.closeTo(0.9) },
        { text: '€', box: { x: 100, y: 300, width: 200, height: 20 }, confidence: expect.closeTo(0.9) },
      ],
    })
    expect(second).toMatchObject({ number: 2, text: '', words: [], confidence: 0 })
    expect(google.sent).toMatchObject([{ mimeType: 'application/pdf', bytes: 1_000, pages: [1, 2] }])
    expect(google.sent[0]?.request).toMatchObject({
      name: processor,
      imagelessMode: true,
      processOptions: { ocrConfig: { hints: { languageHints: ['fr', 'en'] } } },
    })
  })

  it('counts letters beyond the basic plane as Google does', async () => {
    google.onProcess = () => documentOf({ 1: 'a 𝒳𝒴 b' })
    const [page] = await read(engine(), source(1), [1])
    expect(page?.words.map((word) => word.text)).toEqual(['a', '𝒳𝒴', 'b'])
  })

  it('sends a picture as the image of its page, with boxes in its pixels', async () => {
    google.onProcess = () => documentOf({ 1: 'hello' })
    const [page] = await read(engine(), source(1, 1_000, 'image/jpeg'), [1])
    expect(google.sent).toMatchObject([{ mimeType: 'image/png', pages: [] }])
    expect(page).toMatchObject({
      width: 200,
      height: 100,
      words: [{ box: { x: 20, y: 10, width: 40, height: 1 } }],
    })
  })

  it.each([
    ['the document', [3, 7]],
    ['what was selected', [1, 2]],
  ])('finds its pages again when Google counts from the start of %s', async (_, answered) => {
    google.onProcess = () => textOf(answered)
    expect((await read(engine(), source(9), [3, 7])).map(({ number }) => number)).toEqual([3, 7])
    expect(google.sent).toHaveLength(1)
  })
})

describe('limits', () => {
  it('splits a long PDF into requests of 30 pages and puts the pages together again', async () => {
    const pages = await read(engine(), source(75), upTo(75))
    expect(pages.map((page) => page.text)).toEqual(upTo(75).map((number) => `page ${number}`))
    expect(google.sent.map(({ pages }) => pages.length)).toEqual([30, 30, 15])
  })

  it('sends page by page what has more than 20 MB', async () => {
    google.onProcess = () => textOf([1])
    const pages = await read(engine(), source(3, 20_000_001), [1, 2, 3])
    expect(pages.map(({ number }) => number)).toEqual([1, 2, 3])
    expect(ledger()).toEqual(['image', 'image', 'image'])
  })

  it('makes a picture smaller that has too many pixels or bytes, and keeps its boxes', async () => {
    const noise = randomBytes(4_500 * 4_500)
    const sizes: (string | undefined)[] = []
    google.onProcess = async ({ request }) => {
      const { format, width, height } = await sharp(
        Buffer.from(request.rawDocument?.content ?? ''),
      ).metadata()
      sizes.push(`${format} ${width}×${height}`)
      return documentOf({ 1: 'hello' })
    }
    const large = source(1, 1_000, 'image/tiff')
    large.pages.image = async () => blank(8_000, 6_000)
    const [page] = await read(engine(), large, [1])
    const heavy = source(2, 1_000, 'image/tiff')
    heavy.pages.image = async () => ({ grey: noise, width: 4_500, height: 4_500, dpi: undefined })
    await read(engine(), heavy, [2])

    expect(page).toMatchObject({ width: 8_000, height: 6_000, words: [{ box: { x: 800, y: 600 } }] })
    expect(sizes).toEqual(['png 7302×5477', 'jpeg 4500×4500'])
    for (const { bytes } of google.sent) expect(bytes).toBeLessThanOrEqual(20_000_000)
  }, 60_000)
})

describe('a failure', () => {
  it('at page 41 of 56 costs page 41 again and no other', async () => {
    google.onProcess = ({ pages }) =>
      pages.length > 0
        ? textOf(pages.filter((number) => number !== 41))
        : refuse(status.RESOURCE_EXHAUSTED, 'quota exceeded')
    await expect(read(engine(), source(56), upTo(56))).rejects.toThrow('quota exceeded')
    expect(kept.pages.size).toBe(55)

    google.sent.length = 0
    google.onProcess = ({ pages }) => textOf(pages)
    const pages = await read(engine(), source(56), upTo(56))
    expect(ledger()).toEqual([[41]])
    expect(pages.map((page) => page.text)).toEqual(upTo(56).map((number) => `page ${number}`))
  })

  it('of some pages keeps the good ones and sends the others as images', async () => {
    google.onProcess = ({ pages }) =>
      pages.length > 0
        ? { ...textOf([1, 3]), error: refuse(status.INVALID_ARGUMENT, 'page 2 is broken') }
        : documentOf({ 1: 'page 2' })
    const pages = await read(engine(), source(3), [1, 2, 3])
    expect(pages.map((page) => page.text)).toEqual(['page 1', 'page 2', 'page 3'])
    expect(ledger()).toEqual([[1, 2, 3], 'image'])
  })

  it('that may pass is thrown after the good pages were kept', async () => {
    google.onProcess = () => ({ ...textOf([1, 3]), error: refuse(status.INTERNAL, 'a hiccup') })
    await expect(read(engine(), source(3), [1, 2, 3])).rejects.toThrow('a hiccup')
    expect([...kept.pages.keys()]).toEqual([1, 3])
  })

  it('takes no page whose number can be understood in two ways', async () => {
    // Of pages 2 to 4: pages 2 and 3 of the document, or of the selection?
    google.onProcess = ({ pages }) => (pages.length > 0 ? textOf([2, 3]) : documentOf({ 1: 'an image' }))
    const pages = await read(engine(), source(4), [2, 3, 4])
    expect(pages.map((page) => page.text)).toEqual(['an image', 'an image', 'an image'])
  })

  it.each([
    ['RESOURCE_EXHAUSTED', status.RESOURCE_EXHAUSTED],
    ['UNAVAILABLE', status.UNAVAILABLE],
    ['DEADLINE_EXCEEDED', 4],
  ])('%s is left to the next attempt, and not repeated by the library', async (_, code) => {
    google.onProcess = () => refuse(code, 'later')
    await expect(read(engine(), source(1), [1])).rejects.not.toHaveProperty('temporary')
    expect(google.sent).toHaveLength(1)
  })

  it('INVALID_ARGUMENT for a PDF and then for the image of its page makes the file unreadable', async () => {
    google.onProcess = () => refuse(status.INVALID_ARGUMENT)
    await expect(read(engine(), source(1), [1])).rejects.toMatchObject({
      code: 'unreadable_file',
      temporary: false,
    })
    expect(ledger()).toEqual([[1], 'image'])
  })

  it.each([status.UNAUTHENTICATED, status.PERMISSION_DENIED, status.NOT_FOUND])(
    'status %i says that the engine is missing for now',
    async (code) => {
      google.onProcess = () => refuse(code)
      const reading = read(engine(), source(1), [1])
      await expect(reading).rejects.toMatchObject({ code: 'engine_missing', temporary: true })
    },
  )

  it('of ours: nobody waits for Google when the work is aborted', async () => {
    const abort = new AbortController()
    google.onProcess = ({ pages }) => {
      abort.abort(new Error('stopping'))
      return textOf(pages)
    }
    await expect(read(engine(), source(1), [1], abort.signal)).rejects.toThrow('stopping')
  })
})

describe('a long PDF with a bucket', () => {
  const shard = (from: number, to: number) => textOf(upTo(to).slice(from - 1))

  it('is read by an operation that another process started', async () => {
    const crash = new AbortController()
    const first = read(engine(true), source(120), upTo(120), crash.signal)
    await expect.poll(() => google.looks.length).toBeGreaterThan(0)
    crash.abort(new Error('killed'))
    await expect(first).rejects.toThrow('killed')
    expect(await kept.operation()).toMatch(/^projects\/alta-test\/locations\/eu\/operations\/1\?/)

    google.finished = true
    leaveResults(google, storage, [shard(1, 50), shard(51, 100), shard(101, 120)])
    const pages = await read(engine(true), source(120), upTo(120))

    expect(pages.map((page) => page.text)).toEqual(upTo(120).map((number) => `page ${number}`))
    expect(google.started).toHaveLength(1)
    expect(google.started[0]?.processOptions?.individualPageSelector?.pages).toEqual(upTo(120))
    expect(new Set(google.looks)).toEqual(new Set(['projects/alta-test/locations/eu/operations/1']))
    expect(google.sent).toEqual([])
    expect(storage.objects.size).toBe(0)
    expect(await kept.operation()).toBeUndefined()
  })

  it('never asks for more than 500 pages in one operation', async () => {
    google.finished = true
    await read(engine(true), source(620), upTo(620))
    // The fake left no results, so requests have read everything: what counts is what was asked for.
    expect(google.started[0]?.processOptions?.individualPageSelector?.pages).toEqual(upTo(500))
    for (const { pages } of google.sent) expect(pages.length).toBeLessThanOrEqual(30)
  })

  it('keeps the good pages of an operation that failed, and the next attempt asks for the others', async () => {
    await kept.keepOperation(
      `operations/1?${new URLSearchParams({ folder: 'ocr/1/a', pages: upTo(100).join(' ') })}`,
    )
    google.finished = true
    google.documentStatus = refuse(status.INTERNAL, 'a part is missing')
    storage.objects.set('ocr/1/a/result/1/0/document-0.json', {
      bytes: Buffer.from(JSON.stringify(shard(1, 98))),
      mediaType: 'application/json',
    })
    await expect(read(engine(true), source(100), upTo(100))).rejects.toThrow('a part is missing')
    expect(kept.pages.size).toBe(98)
    expect(await kept.operation()).toBeUndefined()

    await read(engine(true), source(100), upTo(100))
    expect(google.started).toEqual([])
    expect(ledger()).toEqual([[99, 100]])
  })

  it('that Google does not accept as an operation goes in requests', async () => {
    google.batchError = refuse(status.INVALID_ARGUMENT)
    expect(await read(engine(true), source(100), upTo(100))).toHaveLength(100)
    expect(storage.objects.size).toBe(0)
  })

  it('keeps the operation when only the question about it failed', async () => {
    google.operationError = refuse(status.RESOURCE_EXHAUSTED, 'too many questions')
    await expect(read(engine(true), source(100), upTo(100))).rejects.toThrow('too many questions')
    expect(await kept.operation()).toBeDefined()
  })

  it('starts anew when the operation has been forgotten', async () => {
    google.operationError = refuse(status.NOT_FOUND)
    await expect(read(engine(true), source(100), upTo(100))).rejects.toThrow('forgotten')
    expect(await kept.operation()).toBeUndefined()
    expect(storage.objects.size).toBe(0)
  })
})
