import type { Page } from '@alta/contracts/resources/recognition'
import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.ts'
import type { ReadingKey } from '../intake/reading.repository.ts'
import { listPictures } from './page-picture.repository.ts'

type Tx = Kysely<Schema>

/** What the detail of a document says about each page; words come with the page itself. */
export type PageSummary = Pick<
  Page,
  'number' | 'width' | 'height' | 'confidence' | 'origin' | 'image' | 'thumbnail'
>

/** A page of dense print is about 100 kB of words; so many go into one statement. */
const PAGES_PER_STATEMENT = 50

export async function insertPages(tx: Tx, key: ReadingKey, pages: readonly Page[]): Promise<void> {
  for (let first = 0; first < pages.length; first += PAGES_PER_STATEMENT) {
    const rows = pages.slice(first, first + PAGES_PER_STATEMENT).map((page) => ({
      recognition_id: key.recognitionId,
      result_sha256: key.sha256,
      number: page.number,
      tenant_id: key.tenantId,
      width: page.width,
      height: page.height,
      origin: page.origin,
      text: page.text,
      confidence: page.confidence,
      words: JSON.stringify(page.words),
    }))
    await tx.insertInto('pages').values(rows).execute()
  }
}

export async function listPages(tx: Tx, recognitionId: string, sha256: string): Promise<PageSummary[]> {
  const pages = await tx
    .selectFrom('pages')
    .select(['number', 'width', 'height', 'confidence', 'origin'])
    .where('recognition_id', '=', recognitionId)
    .where('result_sha256', '=', sha256)
    .orderBy('number')
    .execute()
  const pictures = await listPictures(tx, recognitionId)
  return pages.map((page) => ({ ...page, ...pictures.get(page.number) }))
}

/** Whether any run over this version has found a page of this number. */
export async function hasPage(tx: Tx, itemId: string, version: number, number: number): Promise<boolean> {
  const page = await tx
    .selectFrom('recognitions')
    .innerJoin('pages', 'pages.recognition_id', 'recognitions.id')
    .select('pages.number')
    .where('recognitions.item_id', '=', itemId)
    .where('recognitions.version', '=', version)
    .where('pages.number', '=', number)
    .limit(1)
    .executeTakeFirst()
  return page !== undefined
}

export async function findPage(
  tx: Tx,
  recognitionId: string,
  sha256: string,
  number: number,
): Promise<Page | undefined> {
  const page = await tx
    .selectFrom('pages')
    .select(['number', 'width', 'height', 'text', 'confidence', 'origin', 'words'])
    .where('recognition_id', '=', recognitionId)
    .where('result_sha256', '=', sha256)
    .where('number', '=', number)
    .executeTakeFirst()
  return page && { ...page, ...(await listPictures(tx, recognitionId, number)).get(number) }
}
