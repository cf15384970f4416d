import type { Readable } from 'node:stream'
import type { PagePicture } from '@alta/contracts/resources/recognition'
import type { Database } from '@alta/kit/database/database'
import { notFound, type Problem } from '@alta/kit/errors'
import type { FileStorage } from '@alta/kit/storage/storage'
import type { Kysely } from 'kysely'
import type { PictureKind, Schema } from '../database/schema.ts'
import { visibleItem } from '../intake/item.access.ts'
import { wasRead } from '../intake/recognition.repository.ts'
import { existingVersion } from '../intake/version.service.ts'
import type { Caller } from '../projects/access.ts'
import { documentKind } from './document.kind.ts'
import { hasPage } from './page.repository.ts'
import { findPicture, type WantedPicture } from './page-picture.repository.ts'

export type PictureService = ReturnType<typeof pictureService>

export interface OpenablePicture extends PagePicture {
  open(): Promise<Readable>
}

/** What pages look like: the picture under the boxes of their words, and a small one for lists. */
export function pictureService(database: Database<Schema>, files: FileStorage) {
  return {
    /**
     * @param version the current one when undefined
     * @throws {Problem} 404 `document_not_found`, `version_not_found`, `document_not_read`, `page_not_found`,
     *   `page_picture_missing`
     */
    async get(
      caller: Caller,
      id: string,
      { number, kind, version }: { number: number; kind: PictureKind; version: number | undefined },
    ): Promise<OpenablePicture> {
      const picture = await database.read(caller.tenantId, async (tx) => {
        const { item } = await visibleItem(tx, documentKind, id, caller)
        const wanted = { itemId: id, version: version ?? item.version, number, kind }
        await existingVersion(tx, id, wanted.version)
        const found = await findPicture(tx, wanted)
        if (found) return found
        throw await whyMissing(tx, wanted)
      })
      return { ...picture, open: () => files.open(picture.sha256) }
    },
  }
}

async function whyMissing(tx: Kysely<Schema>, { itemId, version, number }: WantedPicture): Promise<Problem> {
  if (!(await wasRead(tx, itemId, version))) {
    const detail = `Version ${version} has not been read; its pages are drawn when it is.`
    return notFound('document_not_read', detail)
  }
  if (!(await hasPage(tx, itemId, version, number))) {
    return notFound('page_not_found', `There is no page ${number} that has been read.`)
  }
  return notFound(
    'page_picture_missing',
    `Page ${number} was read before pictures of pages were kept, or it cannot be drawn. ` +
      `Reading the document again draws it: POST /api/v1/documents/${itemId}/reprocess.`,
  )
}
