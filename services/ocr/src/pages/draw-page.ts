import sharp, { type Sharp } from 'sharp'
import type { Size } from './limits.ts'
import type { PageSource } from './page-source.ts'

export type Drawable = Pick<PageSource, 'colours'>

/** A picture as a file. */
export interface Drawing extends Size {
  readonly bytes: Buffer
  readonly mediaType: string
}

export interface PageDrawings {
  readonly image: Drawing
  readonly thumbnail: Drawing
}

/** Pixels; two of them for each that a list shows, because many screens have that. */
const THUMBNAIL_SIDE = 320

// A third of what JPEG takes for a page of print that looks the same. More effort saves a quarter of that, for three
// times the time of a core; the same pixels always give the same bytes.
const IMAGE = { quality: 70, effort: 1 }
const THUMBNAIL = { quality: 60, effort: 4 }

/**
 * A page as a browser can show it, whatever the file is: every browser knows WebP, and none shows a page of a PDF or a
 * TIFF.
 * @throws {RecognitionFailure} when the page cannot be shown
 */
export async function drawPage(source: Drawable, number: number): Promise<PageDrawings> {
  const { pixels, width, height, channels } = await source.colours(number)
  const page = sharp(pixels, { raw: { width, height, channels } }).removeAlpha()
  const small = {
    width: THUMBNAIL_SIDE,
    height: THUMBNAIL_SIDE,
    fit: 'inside',
    withoutEnlargement: true,
  } as const
  return {
    image: await encoded(page.clone(), IMAGE),
    thumbnail: await encoded(page.clone().resize(small), THUMBNAIL),
  }
}

async function encoded(picture: Sharp, options: { quality: number; effort: number }): Promise<Drawing> {
  const { data, info } = await picture.webp(options).toBuffer({ resolveWithObject: true })
  return { bytes: data, mediaType: 'image/webp', width: info.width, height: info.height }
}
