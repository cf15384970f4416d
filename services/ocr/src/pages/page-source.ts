import type { Page } from '@alta/contracts/resources/recognition'

/** A page as a picture, 8 bits of grey a pixel: what every engine reads, and a quarter of what colours take. */
export interface PageImage {
  /** `width` × `height` bytes, row by row from the top, 0 is black. */
  grey: Buffer
  /** Pixels; word boxes refer to these. */
  width: number
  height: number
  /** Pixels per inch of paper, where the file says so. */
  dpi: number | undefined
}

/** A document as something that has pages, whatever its format. Pages are made when asked for, one at a time. */
export interface PageSource {
  readonly pageCount: number
  /** What a PDF says about itself, where that is sound; pages count from 1. */
  textLayer(number: number): Promise<Page | undefined>
  /** @throws {RecognitionFailure} when the page cannot be shown */
  image(number: number): Promise<PageImage>
  /** Gives back memory outside of JavaScript's heap; what is still being made is abandoned. */
  close(): void
}
