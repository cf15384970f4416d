import type { Page } from '@alta/contracts/resources/recognition'

export interface PageImage {
  /** A format that every engine takes. */
  png: Buffer
  /** Pixels; word boxes refer to these. */
  width: number
  height: number
}

/** A document as something that has pages, whatever its format. Pages are made when asked for, one at a time. */
export interface PageSource {
  readonly pageCount: number
  /** What a PDF says about itself, where that is sound; pages count from 1. */
  textLayer(number: number): Promise<Page | undefined>
  /** @throws {Unreadable} when the page cannot be shown */
  image(number: number): Promise<PageImage>
  /** Gives back memory outside of JavaScript's heap. */
  close(): void
}
