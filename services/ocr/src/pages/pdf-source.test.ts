import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { line, type TinyPage, tinyPdf } from '../testing/tiny-pdf.ts'
import { MAXIMUM_PIXELS, MAXIMUM_SIDE } from './limits.ts'
import type { PageSource } from './page-source.ts'
import { pdfSource } from './pdf-source.ts'

const opened: PageSource[] = []
afterEach(() => {
  for (const source of opened.splice(0)) source.close()
})

async function open(...pages: TinyPage[]): Promise<PageSource> {
  const source = await pdfSource(tinyPdf(pages))
  opened.push(source)
  return source
}

const layerOf = async (page: TinyPage) => (await open(page)).textLayer(1)
const SENTENCE = 'The quick brown fox jumps'
const WHOLE_PAGE_PICTURE = 'q 612 0 0 792 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q\n'

describe('the text layer', () => {
  test('gives words where they stand, in pixels from the top left corner', async () => {
    const layer = await layerOf({ content: line(SENTENCE, 72, 700) })
    expect(layer).toMatchObject({
      text: SENTENCE,
      confidence: 1,
      width: 2550,
      height: 3300,
      origin: 'text-layer',
    })
    const box = layer?.words[0]?.box
    expect(layer?.words.map((word) => word.text)).toEqual(SENTENCE.split(' '))
    // 72 points are 300 pixels; the letters stand on the line 700 points above the bottom.
    expect(box?.x).toBeGreaterThan(295)
    expect(box?.x).toBeLessThan(310)
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeCloseTo(3300 - (700 / 72) * 300, -1)
  })

  test('puts boxes where a reader of a turned page sees the words', async () => {
    const layer = await layerOf({ content: line(SENTENCE, 72, 700), rotate: 90 })
    expect(layer).toMatchObject({ width: 3300, height: 2550 })
    const box = layer?.words[0]?.box
    expect(box?.height).toBeGreaterThan(box?.width ?? 0)
    expect(box?.x).toBeGreaterThan(2900)
    expect(box?.y).toBeGreaterThan(295)
    expect(box?.y).toBeLessThan(310)
  })

  test('knows that a page need not begin at zero', async () => {
    const layer = await layerOf({ content: line(SENTENCE, 172, 800), mediaBox: [100, 100, 712, 892] })
    expect(layer?.words[0]?.box.x).toBeGreaterThan(295)
    expect(layer?.words[0]?.box.x).toBeLessThan(310)
  })

  test.each([
    ['a page without text', ''],
    ['a page number', line('7')],
    ['text that another program has guessed under a scan', WHOLE_PAGE_PICTURE + line(SENTENCE, 72, 700, 3)],
    ['a stamp on a scan', WHOLE_PAGE_PICTURE + line('Scanned by CopyMaster, page 1 of 3')],
    [
      'characters that mean nothing',
      line('\x01\x02\x03\x04\x05\x06\x07\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17'),
    ],
  ])('is not used for %s', async (_, content) => {
    expect(await layerOf({ content })).toBeUndefined()
  })

  test('is not used where somebody has filled in a form: the layer lacks what was typed', async () => {
    expect(await layerOf({ content: line(SENTENCE), formField: true })).toBeUndefined()
  })
})

describe('the picture of a page', () => {
  test('is grey, at 300 dpi, dark where the letters are', async () => {
    const image = await (await open({ content: line(SENTENCE) })).image(1)
    expect(image).toMatchObject({ width: 2550, height: 3300, dpi: 300 })
    expect(image.grey).toHaveLength(2550 * 3300)
    expect(image.grey[0]).toBe(255)
    expect(image.grey.reduce((least, value) => Math.min(least, value), 255)).toBe(0)
  })

  test('stays within the limits, however large the paper', async () => {
    const { width, height } = await (await open({ content: '', mediaBox: [0, 0, 14_400, 14_400] })).image(1)
    expect(Math.max(width, height)).toBeLessThanOrEqual(MAXIMUM_SIDE)
    expect(width * height).toBeLessThanOrEqual(MAXIMUM_PIXELS)
    expect(width).toBeGreaterThan(7_000)
  })
})

describe('a PDF that cannot be read', () => {
  test('says that it is encrypted', async () => {
    const encrypted = readFileSync(join(import.meta.dirname, '../testing/encrypted.pdf'))
    await expect(pdfSource(encrypted)).rejects.toMatchObject({
      code: 'unreadable_file',
      message: expect.stringContaining('encrypted'),
    })
  })

  test('may have no byte at all', async () => {
    await expect(pdfSource(Buffer.alloc(0))).rejects.toMatchObject({ code: 'unreadable_file' })
  })

  test('may have more pages than are read', async () => {
    const pages = Array.from({ length: 2_001 }, () => ({ content: '' }))
    await expect(pdfSource(tinyPdf(pages))).rejects.toMatchObject({ code: 'too_many_pages' })
  })

  test('may lack the page that its contents promise', async () => {
    const broken = tinyPdf([{ content: line(SENTENCE) }, { content: line(SENTENCE) }])
      .toString('latin1')
      .replace('7 0 obj\n', '7 0 xxx\n')
    const source = await pdfSource(Buffer.from(broken, 'latin1'))
    opened.push(source)
    expect(await source.textLayer(1)).toBeDefined()
    const second = source.textLayer(2)
    await expect(second).rejects.toMatchObject({ code: 'unreadable_file' })
  })

  test('does not hold anybody up when a page takes for ever', async () => {
    await expect(pdfSource(tinyPdf([{ content: '' }]), 1)).rejects.toMatchObject({ code: 'unreadable_file' })
  })
})

test('closing abandons what is still being made', async () => {
  const source = await open({ content: line(SENTENCE) })
  const image = source.image(1)
  source.close()
  await expect(image).rejects.toThrow('closed')
})
