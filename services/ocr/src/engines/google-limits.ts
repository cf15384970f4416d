import { RecognitionFailure } from '@alta/kit/recognition/recognition-failure'
import sharp from 'sharp'
import type { PageImage } from '../pages/page-source.ts'

// What Document AI takes (its page "Limits"). What is over a limit is refused, and a refused request counts
// against the quota like any other: so nothing over a limit is ever sent.

/** One request without page images in the answer (`imagelessMode`); with them it would be 15. */
export const PAGES_PER_REQUEST = 30
/** Google says 20 MB, and later 40; in decimal, so that either reading of MB holds. */
export const BYTES_PER_REQUEST = 20_000_000
/** One document of a batch. */
export const PAGES_PER_OPERATION = 500
export const BYTES_PER_OPERATION = 1_000_000_000
/** Of images only; a PDF has no pixels. */
const PIXELS = 40_000_000
const SIDE = 10_000

export interface Sendable {
  content: Buffer
  mimeType: string
}

/** @throws {Error} for a mistake of ours: who sends has to split first */
export function checkRequest({ content }: Sendable, pages: number): void {
  if (pages > PAGES_PER_REQUEST || content.length > BYTES_PER_REQUEST) {
    throw new Error(
      `a request of ${pages} pages and ${content.length} bytes is over the limits of Document AI`,
    )
  }
}

/** Slices of `size` numbers at most. */
export const inParts = (numbers: readonly number[], size: number): number[][] =>
  Array.from({ length: Math.ceil(numbers.length / size) }, (_, part) =>
    numbers.slice(part * size, (part + 1) * size),
  )

/**
 * A page image as a file: without loss where that is small enough. Boxes come back as fractions of a side, so they
 * fit whatever size is sent.
 * @throws {RecognitionFailure} `image_too_large`
 */
export async function sendable({ grey, width, height }: PageImage): Promise<Sendable> {
  const scale = Math.min(1, Math.sqrt(PIXELS / (width * height)), SIDE / Math.max(width, height))
  const size = { width: Math.floor(width * scale), height: Math.floor(height * scale), fit: 'fill' as const }
  const image = sharp(grey, { raw: { width, height, channels: 1 } }).resize(size)
  const png = await image.clone().png().toBuffer()
  if (png.length <= BYTES_PER_REQUEST) return { content: png, mimeType: 'image/png' }
  for (const quality of [90, 70, 50]) {
    const jpeg = await image.clone().jpeg({ quality }).toBuffer()
    if (jpeg.length <= BYTES_PER_REQUEST) return { content: jpeg, mimeType: 'image/jpeg' }
  }
  throw new RecognitionFailure('image_too_large', 'The page has more detail than Google Document AI takes.')
}
