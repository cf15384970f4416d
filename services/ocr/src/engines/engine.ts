import type { Page } from '@alta/contracts/resources/recognition'
import type { PageSource } from '../pages/page-source.ts'

/** What earlier attempts at the same recognition have left: nothing is paid for or read twice. */
export interface KeptWork {
  page(number: number): Promise<Page | undefined>
  keepPage(page: Page): Promise<void>
  /** Name of a long-running operation at a provider. */
  operation(): Promise<string | undefined>
  keepOperation(name: string | undefined): Promise<void>
}

export interface ReadOptions {
  /** ISO 639-1 codes, most likely first. */
  languages: readonly string[]
  signal: AbortSignal
  kept: KeptWork
  /** Called after each page. */
  pageDone(): void
}

/** A document's bytes and the images of its pages; engines take what suits them. */
export interface Source {
  bytes: Buffer
  mediaType: string
  pages: Pick<PageSource, 'image'>
}

export interface OcrEngine {
  readonly name: string
  /**
   * Reads the pages `numbers`, keeping each as soon as it is read, and returns them in that order.
   * @throws {RecognitionFailure} when the file or the set-up is the reason; any other error is worth another attempt
   */
  read(source: Source, numbers: readonly number[], options: ReadOptions): Promise<Page[]>
  /** Ends worker threads and connections. */
  close(): Promise<void>
}
