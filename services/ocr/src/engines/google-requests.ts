import { codeOf, orAborted, StatusError, status } from '@alta/kit/google/status'
import { RecognitionFailure } from '@alta/kit/recognition/recognition-failure'
import type { protos } from '@google-cloud/documentai'
import { eachAtOnce } from './each-at-once.ts'
import type { ReadOptions, Source } from './engine.ts'
import type { GoogleOptions } from './google.ts'
import { checkRequest, inParts, PAGES_PER_REQUEST, type Sendable, sendable } from './google-limits.ts'
import { fieldMask, numbered, pagesOf } from './google-pages.ts'
import type { PagesRead } from './pages-read.ts'

type Document = protos.google.cloud.documentai.v1.IDocument

/** Requests at the same time; a project may make 600 a minute. After a failure those under way are still kept. */
const AT_ONCE = 4
const TIME_LIMIT = 180_000

/**
 * Sends the PDF with the numbers of the pages wanted. What comes back is kept; pages that Google leaves out, or a
 * part that it does not accept, stay missing.
 */
export function readAsPdf(
  options: GoogleOptions,
  { bytes, mediaType }: Source,
  read: PagesRead,
  { languages, signal }: ReadOptions,
): Promise<void> {
  return eachAtOnce(inParts(read.missing(), PAGES_PER_REQUEST), AT_ONCE, signal, async (pages) => {
    const document = await process(options, { content: bytes, mimeType: mediaType }, pages, languages, signal)
    if (!document) return
    for (const page of numbered(pagesOf(document), pages)) await read.keep(page)
    if (document.error?.code && document.error.code !== status.INVALID_ARGUMENT)
      throw new StatusError(document.error)
  })
}

/**
 * Sends the image of each missing page by itself.
 * @throws {RecognitionFailure} `unreadable_file` when Google does not accept one
 */
export function readAsImages(
  options: GoogleOptions,
  { pages }: Source,
  read: PagesRead,
  { languages, signal }: ReadOptions,
): Promise<void> {
  return eachAtOnce(read.missing(), AT_ONCE, signal, async (number) => {
    const image = await pages.image(number)
    const document = await process(options, await sendable(image), undefined, languages, signal)
    const [page] = document ? numbered(pagesOf(document, image), [number]) : []
    if (page) return read.keep(page)
    if (!document || document.error?.code === status.INVALID_ARGUMENT)
      throw new RecognitionFailure('unreadable_file', `Google Document AI does not accept page ${number}.`)
    throw new StatusError(document.error ?? { message: `Google Document AI gave nothing for page ${number}` })
  })
}

/**
 * One request; undefined when Google does not accept it.
 * @param pages of a document with several; undefined for a page by itself
 */
async function process(
  { client, processor }: GoogleOptions,
  rawDocument: Sendable,
  pages: number[] | undefined,
  languages: readonly string[],
  signal: AbortSignal,
): Promise<Document | undefined> {
  checkRequest(rawDocument, pages?.length ?? 1)
  const request = {
    name: processor,
    rawDocument,
    skipHumanReview: true,
    imagelessMode: true,
    fieldMask,
    processOptions: processOptions(languages, pages),
  }
  // The library would repeat a request that took too long, and each repetition is paid for.
  const call = client.processDocument(request, { timeout: TIME_LIMIT, retry: null })
  try {
    const [{ document }] = await orAborted(signal, call)
    return document ?? {}
  } catch (error) {
    if (codeOf(error) === status.INVALID_ARGUMENT) return undefined
    throw error
  }
}

export const processOptions = (languages: readonly string[], pages: number[] | undefined) => ({
  ocrConfig: { hints: { languageHints: [...languages] } },
  ...(pages && { individualPageSelector: { pages } }),
})
