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

/** A page as people see it, in colours, red before green before blue, row by row from the top. */
export interface PageColours {
  pixels: Buffer
  /** Bytes for each pixel; the fourth says nothing. */
  channels: 3 | 4
  /** Pixels. */
  width: number
  height: number
}

/** A document as something that has pages, whatever its format. Pages are made when asked for, one at a time. */
export interface PageSource {
  readonly pageCount: number
  /** What a PDF says about itself, where that is sound; pages count from 1. */
  textLayer(number: number): Promise<Page | undefined>
  /** @throws {RecognitionFailure} when the page cannot be shown */
  image(number: number): Promise<PageImage>
  /**
   * The same page in colours, turned and cut like its image, in as many pixels as a screen needs.
   * @throws {RecognitionFailure} when the page cannot be shown
   */
  colours(number: number): Promise<PageColours>
  /** Gives back memory outside of JavaScript's heap; what is still being made is abandoned. */
  close(): void
}
