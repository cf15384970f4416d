import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { afterEach, expect, test } from 'vitest'
import { sample } from '../testing/documents.ts'
import { line, type TinyPage, tinyPdf } from '../testing/tiny-pdf.ts'
import { drawPage } from './draw-page.ts'
import { imageSource } from './image-source.ts'
import type { PageSource } from './page-source.ts'
import { pdfSource } from './pdf-source.ts'

const opened: PageSource[] = []
afterEach(() => {
  for (const source of opened.splice(0)) source.close()
})

async function pdfOf(...pages: TinyPage[]): Promise<PageSource> {
  const source = await pdfSource(tinyPdf(pages))
  opened.push(source)
  return source
}

/** Red, green and blue at a place that is told in shares of the sides. */
async function colourAt(bytes: Buffer, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
  const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels
  return [...data.subarray(at, at + 3)]
}

const red = [expect.closeTo(255, -1.5), expect.closeTo(0, -1.5), expect.closeTo(0, -1.5)]
const white = [expect.closeTo(255, -1.5), expect.closeTo(255, -1.5), expect.closeTo(255, -1.5)]
/** The upper left quarter of a page of 612 × 792 points. */
const RED_CORNER = '1 0 0 rg 0 396 306 396 re f\n'

test('a page of a PDF is a WebP in colours, upright as its file says', async () => {
  const source = await pdfOf({ content: RED_CORNER }, { content: RED_CORNER, rotate: 90 })
  const { image } = await drawPage(source, 1)
  expect(image.mediaType).toBe('image/webp')
  expect((await sharp(image.bytes).metadata()).format).toBe('webp')
  expect(await colourAt(image.bytes, 0.25, 0.25)).toEqual(red)
  expect(await colourAt(image.bytes, 0.75, 0.75)).toEqual(white)
  const turned = (await drawPage(source, 2)).image
  expect(turned.width).toBeGreaterThan(turned.height)
  expect(await colourAt(turned.bytes, 0.75, 0.25)).toEqual(red)
  expect(await colourAt(turned.bytes, 0.25, 0.25)).toEqual(white)
})

test('a photo is drawn as its camera was held, and without what the camera knows', async () => {
  const half = { create: { width: 200, height: 300, channels: 3, background: 'red' } } as const
  const photo = await sharp({ create: { width: 400, height: 300, channels: 3, background: 'white' } })
    .composite([{ input: await sharp(half).png().toBuffer(), left: 0, top: 0 }])
    .withExif({ IFD3: { GPSLatitude: '52/1 31/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer()
  const { image } = await drawPage(await imageSource(photo), 1)
  expect([image.width, image.height]).toEqual([300, 400])
  // What the file has at the left, the camera saw at the top.
  expect(await colourAt(image.bytes, 0.5, 0.25)).toEqual(red)
  expect(await colourAt(image.bytes, 0.5, 0.75)).toEqual(white)
  const { exif, orientation } = await sharp(image.bytes).metadata()
  expect([exif, orientation]).toEqual([undefined, undefined])
})

test('each page of a TIFF is drawn, ink of a printing press and 16 bits included', async () => {
  const flat = (background: string) => sharp({ create: { width: 8, height: 8, channels: 3, background } })
  const pictures = await Promise.all(['white', 'red'].map((colour) => flat(colour).png().toBuffer()))
  const tiff = await sharp(pictures, { join: { animated: true } })
    .tiff()
    .toBuffer()
  const source = await imageSource(tiff)
  expect(await colourAt((await drawPage(source, 1)).image.bytes, 0.5, 0.5)).toEqual(white)
  expect(await colourAt((await drawPage(source, 2)).image.bytes, 0.5, 0.5)).toEqual(red)
  for (const space of ['cmyk', 'rgb16'] as const) {
    const bytes = await flat('white').toColourspace(space).tiff().toBuffer()
    const { image } = await drawPage(await imageSource(bytes), 1)
    expect(await colourAt(image.bytes, 0.5, 0.5)).toEqual(white)
  }
})

test('a picture has the shape of the page that boxes are counted on, and pixels that a browser can hold', async () => {
  const huge = await pdfOf({ content: '', mediaBox: [0, 0, 14_400, 7_200] })
  const page = await huge.image(1)
  const { image } = await drawPage(huge, 1)
  expect(image.width * image.height).toBeLessThanOrEqual(4_000_000)
  expect(image.width / image.height).toBeCloseTo(page.width / page.height, 2)
  const strip = await imageSource(
    await sharp({ create: { width: 10_000, height: 20, channels: 3, background: 'white' } })
      .png()
      .toBuffer(),
  )
  expect((await drawPage(strip, 1)).image.width).toBeLessThanOrEqual(4_096)
})

test('a thumbnail is small in every direction, and never larger than the page', async () => {
  const { thumbnail } = await drawPage(await pdfOf({ content: line('Dear Ann'), rotate: 90 }), 1)
  expect([thumbnail.width, thumbnail.height]).toEqual([320, 247])
  expect(thumbnail.bytes.length).toBeLessThan(10_000)
  const tiny = await sharp({ create: { width: 20, height: 10, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const { width, height } = (await drawPage(await imageSource(tiny), 1)).thumbnail
  expect([width, height]).toEqual([20, 10])
})

test('the same page gives the same bytes, so that it is kept once however often it is read', async () => {
  const bytes = readFileSync(sample('facture.jpg'))
  const first = await drawPage(await imageSource(bytes), 1)
  const second = await drawPage(await imageSource(bytes), 1)
  expect(first.image.bytes.equals(second.image.bytes)).toBe(true)
  expect(first.thumbnail.bytes.equals(second.thumbnail.bytes)).toBe(true)
})
