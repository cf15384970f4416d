import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { documentOcrRequested } from '@alta/contracts/events/document-ocr-requested.v1'
import type { StoredFile } from '@alta/contracts/resources/file'
import { type Page, type RecognisedDocument, recognisedDocument } from '@alta/contracts/resources/recognition'
import type { WorkScope } from '@alta/kit/events/handlers'
import type { FileStorage } from '@alta/kit/storage/storage'
import type { z } from 'zod'
import { confidenceOf } from '../engines/confidence.ts'
import type { OcrEngine } from '../engines/engine.ts'
import { openPages } from '../pages/open-pages.ts'
import type { PageSource } from '../pages/page-source.ts'
import { addPictures } from './add-pictures.ts'
import type { JobRepository } from './job.repository.ts'
import { pagesRead } from './ocr.metrics.ts'

export type Request = z.infer<typeof documentOcrRequested.schema>

/** What was read, and where it lies. */
export interface Read {
  engine: string
  confidence: number
  pages: number
  result: StoredFile
}

export interface OcrParts {
  readonly jobs: JobRepository
  readonly files: FileStorage
  readonly engine: OcrEngine
}

/**
 * Reads a document and leaves what was read in file storage. The next attempt goes on with the pages that
 * are missing.
 * @throws {RecognitionFailure} for what is wrong with the file; anything else is worth another attempt
 */
export async function recognise(
  { jobs, files, engine }: OcrParts,
  request: Request,
  { signal, message, progress }: WorkScope,
): Promise<Read> {
  const run = { tenantId: message.tenantId, recognitionId: request.recognitionId, engine: engine.name }
  await jobs.begin(run, request)
  const { sha256, mediaType } = request.file
  const bytes = await buffer(await files.open(sha256))
  const source = await openPages(bytes, mediaType)
  try {
    const read = await readPages(source, signal, async (numbers) => {
      let done = 0
      return engine.read({ bytes, mediaType, pages: source }, numbers, {
        languages: request.languages,
        signal,
        kept: jobs.keptWork(run),
        pageDone: () => {
          pagesRead.inc({ by: 'engine' })
          progress(++done / numbers.length)
        },
      })
    })
    const pages = await addPictures(read, { source, files, kept: jobs.keptPictures(run), signal })
    return await keepResult(files, engine.name, request.languages, pages)
  } finally {
    source.close()
  }
}

/** Pages with a sound text layer are taken as they are; the engine gets the others. */
async function readPages(
  source: PageSource,
  signal: AbortSignal,
  read: (numbers: number[]) => Promise<Page[]>,
): Promise<Page[]> {
  const pages = new Map<number, Page>()
  for (let number = 1; number <= source.pageCount; number++) {
    signal.throwIfAborted()
    const layer = await source.textLayer(number)
    if (!layer) continue
    pages.set(number, layer)
    pagesRead.inc({ by: 'text_layer' })
  }
  const all = Array.from({ length: source.pageCount }, (_, index) => index + 1)
  const missing = all.filter((number) => !pages.has(number))
  if (missing.length > 0) for (const page of await read(missing)) pages.set(page.number, page)
  return all.flatMap((number) => pages.get(number) ?? [])
}

async function keepResult(
  files: FileStorage,
  engine: string,
  languages: string[],
  pages: Page[],
): Promise<Read> {
  const confidence = confidenceOf(pages)
  const result: RecognisedDocument = recognisedDocument.parse({ engine, languages, confidence, pages })
  const stored = await files.put(Readable.from([Buffer.from(JSON.stringify(result))]))
  const file = { ...stored, mediaType: 'application/json' }
  return { engine, confidence, pages: pages.length, result: file }
}
