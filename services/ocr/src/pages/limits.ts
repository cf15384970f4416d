import { RecognitionFailure } from '@alta/kit/recognition/recognition-failure'

/** Bounds of what is decoded at all; beyond them a small file could take all memory (a decompression bomb). */
export const MAXIMUM_PIXELS = 50_000_000
export const MAXIMUM_SIDE = 10_000
/** An A4 page at 200 dpi: small print is read without effort, and a browser holds some of them. */
const SHOWN_PIXELS = 4_000_000
const SHOWN_SIDE = 4_096
const MAXIMUM_PAGES = 2_000

/** @throws {RecognitionFailure} `image_too_large` */
export function checkSize(width: number, height: number): void {
  if (width > MAXIMUM_SIDE || height > MAXIMUM_SIDE || width * height > MAXIMUM_PIXELS) {
    throw new RecognitionFailure(
      'image_too_large',
      `The image has ${width} × ${height} pixels; at most ${MAXIMUM_SIDE} a side and ${MAXIMUM_PIXELS / 1e6} million in all are read.`,
    )
  }
}

/** @throws {RecognitionFailure} `too_many_pages`, `unreadable_file` for none */
export function checkPages(count: number): void {
  if (count < 1) throw new RecognitionFailure('unreadable_file', 'The file has no pages.')
  if (count > MAXIMUM_PAGES) {
    throw new RecognitionFailure(
      'too_many_pages',
      `The file has ${count} pages; at most ${MAXIMUM_PAGES} are read.`,
    )
  }
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** The size in which a page is shown to people; never larger than the page itself. */
export function shownSize({ width, height }: Size): Size {
  const scale = Math.min(1, Math.sqrt(SHOWN_PIXELS / (width * height)), SHOWN_SIDE / Math.max(width, height))
  const scaled = (side: number) => Math.max(1, Math.floor(side * scale))
  return { width: scaled(width), height: scaled(height) }
}
