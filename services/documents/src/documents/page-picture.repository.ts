import type { Page, PagePicture } from '@alta/contracts/resources/recognition'
import type { Kysely, Selectable } from 'kysely'
import type { PictureKind, Schema } from '../database/schema.ts'
import { filesAreNamed, filesAreReleased } from '../intake/file.repository.ts'
import type { ReadingKey } from '../intake/reading.repository.ts'

type Tx = Kysely<Schema>

/** A statement takes 65,535 parameters and a picture needs nine. */
const PICTURES_PER_STATEMENT = 1_000

/** Names the pictures of a run's pages; those of pages that have theirs already are left to the sweep. */
export async function savePictures(
  tx: Tx,
  { recognitionId, tenantId }: ReadingKey,
  pages: readonly Page[],
): Promise<void> {
  const all = pages.flatMap((page) =>
    picturesOf(page).map(([kind, picture]) => ({
      recognition_id: recognitionId,
      number: page.number,
      kind,
      tenant_id: tenantId,
      sha256: picture.sha256,
      size: picture.size,
      media_type: picture.mediaType,
      width: picture.width,
      height: picture.height,
    })),
  )
  for (let first = 0; first < all.length; first += PICTURES_PER_STATEMENT) {
    await tx
      .insertInto('page_pictures')
      .values(all.slice(first, first + PICTURES_PER_STATEMENT))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  const named = new Set((await rowsOf(tx, recognitionId)).map((row) => row.sha256))
  const files = all.map((row) => row.sha256)
  await filesAreNamed(
    tx,
    files.filter((sha256) => named.has(sha256)),
  )
  await filesAreReleased(
    tx,
    files.filter((sha256) => !named.has(sha256)),
  )
}

/** The pictures of each page that has some, or of one page, by its number. */
export async function listPictures(
  tx: Tx,
  recognitionId: string,
  number?: number,
): Promise<Map<number, Pick<Page, PictureKind>>> {
  const pages = new Map<number, Pick<Page, PictureKind>>()
  for (const row of await rowsOf(tx, recognitionId, number)) {
    pages.set(row.number, { ...pages.get(row.number), [row.kind]: pictureOf(row) })
  }
  return pages
}

export interface WantedPicture {
  readonly itemId: string
  readonly version: number
  readonly number: number
  readonly kind: PictureKind
}

/** Of the last run over this version that has it: the page looks the same while it is being read once more. */
export async function findPicture(tx: Tx, wanted: WantedPicture): Promise<PagePicture | undefined> {
  const row = await tx
    .selectFrom('recognitions')
    .innerJoin('page_pictures', 'page_pictures.recognition_id', 'recognitions.id')
    .selectAll('page_pictures')
    .where('recognitions.item_id', '=', wanted.itemId)
    .where('recognitions.version', '=', wanted.version)
    .where('page_pictures.number', '=', wanted.number)
    .where('page_pictures.kind', '=', wanted.kind)
    .orderBy('recognitions.requested_at', 'desc')
    .orderBy('recognitions.id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && pictureOf(row)
}

export const filesOfPages = (pages: readonly Page[]): string[] =>
  pages.flatMap((page) => picturesOf(page).map(([, picture]) => picture.sha256))

const picturesOf = ({ image, thumbnail }: Page): [PictureKind, PagePicture][] => [
  ...(image ? [['image', image] as [PictureKind, PagePicture]] : []),
  ...(thumbnail ? [['thumbnail', thumbnail] as [PictureKind, PagePicture]] : []),
]

const rowsOf = (
  tx: Tx,
  recognitionId: string,
  number?: number,
): Promise<Selectable<Schema['page_pictures']>[]> =>
  tx
    .selectFrom('page_pictures')
    .selectAll()
    .where('recognition_id', '=', recognitionId)
    .$if(number !== undefined, (query) => query.where('number', '=', number ?? 0))
    .execute()

const pictureOf = (row: Selectable<Schema['page_pictures']>): PagePicture => ({
  sha256: row.sha256,
  size: row.size,
  mediaType: row.media_type,
  width: row.width,
  height: row.height,
})
