import { RecognitionFailure } from '@alta/kit/recognition/recognition-failure'

/** Bounds of what is decoded at all; beyond them a small file could take all memory (a decompression bomb). */
export const MAXIMUM_PIXELS = 50_000_000
export const MAXIMUM_SIDE = 10_000
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
