import type { Page } from '@alta/contracts/resources/recognition'
import type { Database } from '@alta/kit/database/database'
import { notFound } from '@alta/kit/errors'
import type { Schema } from '../database/schema.ts'
import { visibleItem } from '../intake/item.access.ts'
import { findRecognition } from '../intake/recognition.repository.ts'
import { resultThatCounts } from '../intake/settle.ts'
import type { Caller } from '../projects/access.ts'
import { documentKind } from './document.kind.ts'
import { findPage } from './page.repository.ts'

export type PageService = ReturnType<typeof pageService>

/** Pages with their words, as approved or as the machine read them. */
export function pageService(database: Database<Schema>) {
  return {
    /** @throws {Problem} 404 `document_not_found`, `page_not_found` */
    get(caller: Caller, id: string, number: number, reading: 'current' | 'machine'): Promise<Page> {
      return database.read(caller.tenantId, async (tx) => {
        const { item } = await visibleItem(tx, documentKind, id, caller)
        const run = await findRecognition(tx, item.recognition_id)
        const result = run && (reading === 'machine' ? run.machine_result : resultThatCounts(run))
        const page = run && result ? await findPage(tx, run.id, result, number) : undefined
        if (page) return page
        throw notFound('page_not_found', `There is no page ${number} that has been read.`)
      })
    },
  }
}
