import { imageSource } from './image-source.ts'
import type { PageSource } from './page-source.ts'
import { pdfSource } from './pdf-source.ts'

/** @throws {RecognitionFailure} when the file is damaged, locked or too large */
export const openPages = (bytes: Buffer, mediaType: string): Promise<PageSource> =>
  mediaType === 'application/pdf' ? pdfSource(bytes) : imageSource(bytes)
