import { readFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { imageSource } from '../pages/image-source.ts'
import { keptInMemory, sample } from '../testing/documents.ts'
import type { ReadOptions, Source } from './engine.ts'
import { tesseract } from './tesseract.ts'

const engine = tesseract({ workers: 1 })
afterAll(() => engine.close())

const options = (changes: Partial<ReadOptions> = {}): ReadOptions => ({
  languages: ['en'],
  signal: AbortSignal.timeout(100_000),
  kept: keptInMemory(),
  pageDone: () => undefined,
  ...changes,
})

async function letter(): Promise<Source> {
  const bytes = readFileSync(sample('letter.png'))
  return { bytes, mediaType: 'image/png', pages: await imageSource(bytes) }
}

const paper = (): Source => {
  const image = async () => ({ grey: Buffer.alloc(400 * 300, 255), width: 400, height: 300, dpi: 300 })
  return { bytes: Buffer.alloc(0), mediaType: 'image/png', pages: { image } }
}

test('an empty sheet is a page with nothing on it, of which nothing is certain', async () => {
  expect(await engine.read(paper(), [1], options())).toEqual([
    { number: 1, width: 400, height: 300, text: '', confidence: 0, words: [], origin: 'ocr' },
  ])
}, 60_000)

test('pages that were kept are not read again, and every page is told', async () => {
  const kept = keptInMemory()
  const first = {
    number: 1,
    width: 1,
    height: 1,
    text: 'kept',
    confidence: 1,
    words: [],
    origin: 'ocr' as const,
  }
  kept.pages.set(1, first)
  let told = 0
  const pages = await engine.read(paper(), [1, 2], options({ kept, pageDone: () => void told++ }))
  expect(pages.map((page) => page.text)).toEqual(['kept', ''])
  expect([...kept.pages.keys()]).toEqual([1, 2])
  expect(told).toBe(2)
})

test('one thread reads one language after another, and takes English for one it does not know', async () => {
  for (const languages of [['fr', 'en'], ['xx'], ['en']]) {
    expect(await engine.read(paper(), [1], options({ languages }))).toHaveLength(1)
  }
}, 60_000)

test('an abort ends a page in the middle, and the next page is read', async () => {
  const source = await letter()
  const abort = new AbortController()
  setTimeout(() => abort.abort(new Error('stopping')), 150)
  const began = performance.now()
  await expect(engine.read(source, [1], options({ signal: abort.signal }))).rejects.toThrow('stopping')
  expect(performance.now() - began).toBeLessThan(1_500)
  expect(await engine.read(paper(), [1], options())).toHaveLength(1)
}, 60_000)
