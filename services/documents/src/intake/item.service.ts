import type { Database } from '@alta/kit/database/database'
import { requireMatch } from '@alta/kit/http/etag'
import type { Schema } from '../database/schema.ts'
import { type Caller, requireRole } from '../projects/access.ts'
import { addHistory, listHistory } from './history.repository.ts'
import { currentVersion, visibleItem } from './item.access.ts'
import { updateItem } from './item.repository.ts'
import {
  type HistoryEntry,
  historyOf,
  type ItemChange,
  type ItemSummary,
  summaryOf,
} from './item.resource.ts'
import type { ItemListQuery } from './item-query.ts'
import type { Kind, Read } from './kind.ts'
import { type ItemPage, pageOfItems } from './list-items.ts'
import { currentReading } from './settle.ts'

export interface ItemDetail<Part> extends ItemSummary {
  readonly text: string | null
  /** Seconds. */
  readonly duration: number | null
  /** Pages or segments. */
  readonly parts: Part[]
  readonly history: HistoryEntry[]
}

export type ItemService<Part> = ReturnType<typeof itemService<Read, Part>>

/** Looking at items, and changing what people say about them. */
export function itemService<Content extends Read, Part>(
  database: Database<Schema>,
  kind: Kind<Content, Part>,
) {
  return {
    list: (caller: Caller, query: ItemListQuery & { projectId?: string | undefined }): Promise<ItemPage> =>
      database.read(caller.tenantId, (tx) => pageOfItems(tx, [kind], caller, query)),

    get(caller: Caller, id: string): Promise<ItemDetail<Part>> {
      return database.read(caller.tenantId, async (tx) => {
        const { item } = await visibleItem(tx, kind, id, caller)
        const reading = await currentReading(tx, item)
        return {
          ...summaryOf(item, await currentVersion(tx, item)),
          text: item.text,
          duration: reading?.duration ?? null,
          parts: reading ? await kind.listParts(tx, reading.recognition_id, reading.result_sha256) : [],
          history: (await listHistory(tx, id)).map(historyOf),
        }
      })
    },

    change(
      caller: Caller,
      id: string,
      change: ItemChange,
      ifMatch: string | undefined,
    ): Promise<ItemSummary> {
      return database.transaction(caller.tenantId, async ({ tx }) => {
        const { item: before, role } = await visibleItem(tx, kind, id, caller, 'for update')
        requireRole(role, 'reviewer')
        requireMatch(ifMatch, before.revision)
        const { title, language, tags } = change
        const item = await updateItem(tx, kind.table, id, { title, language, tags })
        await addHistory(tx, item, { action: 'changed', by: caller.userId, details: change })
        return summaryOf(item, await currentVersion(tx, item))
      })
    },
  }
}
