import type { Database } from '@alta/kit/database/database'
import { requireMatch } from '@alta/kit/http/etag'
import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { type Caller, requireRole, seesEveryProject } from '../projects/access.ts'
import { projectIdsOf } from '../projects/project.repository.ts'
import { visibleProject } from '../projects/project.service.ts'
import { addHistory, listHistory } from './history.repository.ts'
import { currentVersion, subjectOf, visibleItem } from './item.access.ts'
import { type ItemFilter, listItems, updateItem } from './item.repository.ts'
import {
  type HistoryEntry,
  historyOf,
  type ItemChange,
  type ItemSummary,
  summaryOf,
} from './item.resource.ts'
import type { Kind, Read } from './kind.ts'
import { type Page, type PageWanted, pageOf, startOf } from './paging.ts'
import { currentReading } from './settle.ts'
import { releaseBytes, versionsOf } from './version.repository.ts'

export interface ItemQuery extends PageWanted {
  readonly projectId?: string | undefined
  readonly status?: ItemFilter['status']
  readonly q?: string | undefined
  readonly tag?: string | undefined
}

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
    list(caller: Caller, query: ItemQuery): Promise<Page<ItemSummary>> {
      return database.read(caller.tenantId, async (tx) => {
        const rows = await listItems(tx, kind.table, {
          projectIds: await projectsToSearch(tx, caller, query.projectId),
          status: query.status,
          q: query.q,
          tag: query.tag,
          after: startOf(query),
          limit: query.limit + 1,
        })
        const page = pageOf(rows, query)
        const versions = await versionsOf(tx, page.items)
        const items = page.items.flatMap((item) => {
          const version = versions.get(item.id)
          return version ? [summaryOf(item, version)] : []
        })
        return { ...page, items }
      })
    },

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

    /** Those who uploaded it, and owners. */
    remove(caller: Caller, id: string, ifMatch: string | undefined): Promise<void> {
      return database.transaction(caller.tenantId, async ({ tx, emit }) => {
        const { item: before, role } = await visibleItem(tx, kind, id, caller, 'for update')
        requireRole(role, before.uploaded_by === caller.userId ? 'reviewer' : 'owner')
        requireMatch(ifMatch, before.revision)
        const item = await updateItem(tx, kind.table, id, { deleted_at: new Date() })
        await releaseBytes(tx, { itemId: id })
        await addHistory(tx, item, { action: 'deleted', by: caller.userId })
        kind.announce.deleted(emit, subjectOf(item))
      })
    },
  }
}

/** @throws {Problem} 404 `project_not_found` for one that the caller may not see */
async function projectsToSearch(
  tx: Kysely<Schema>,
  caller: Caller,
  projectId: string | undefined,
): Promise<string[] | undefined> {
  if (projectId !== undefined) {
    await visibleProject(tx, projectId, caller)
    return [projectId]
  }
  return seesEveryProject(caller) ? undefined : projectIdsOf(tx, caller.tenantId, caller.userId)
}
