import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { type Caller, seesEveryProject } from '../projects/access.ts'
import { projectIdsOf } from '../projects/project.repository.ts'
import { visibleProject } from '../projects/project.service.ts'
import { type ItemSummary, summaryOf } from './item.resource.ts'
import { countItems, listItems } from './item-list.repository.ts'
import { cursorOf, orderOf, positionOf } from './item-order.ts'
import { filterOf, type ItemListQuery, MOST_COUNTED } from './item-query.ts'
import type { Kind } from './kind.ts'
import { versionsOf } from './version.repository.ts'

export interface ItemPage {
  readonly items: (ItemSummary & { kind: Kind['name'] })[]
  readonly nextCursor: string | null
  readonly total: number | null
}

/** A page of what a caller may see, of one kind or of several. */
export async function pageOfItems(
  tx: Kysely<Schema>,
  kinds: readonly Kind[],
  caller: Caller,
  query: ItemListQuery & { projectId?: string | undefined },
): Promise<ItemPage> {
  const tables = kinds.map(({ table }) => table)
  const filter = { ...filterOf(query), projectIds: await projectsToSearch(tx, caller, query.projectId) }
  const order = orderOf(query.sort)
  const after = positionOf(order, query.cursor)
  const { limit } = query
  const found = await listItems(tx, tables, filter, { order, after, limit: limit + 1 })
  const shown = found.slice(0, limit)
  const last = found.length > limit ? shown.at(-1) : undefined
  const versions = await versionsOf(tx, shown)
  const items = shown.flatMap((item) => {
    const version = versions.get(item.id)
    const kind = kinds.find(({ table }) => table === item.table)
    return version && kind ? [{ ...summaryOf(item, version), kind: kind.name }] : []
  })
  const counted = query.total ? await countItems(tx, tables, filter, MOST_COUNTED) : undefined
  return {
    items,
    nextCursor: last ? cursorOf(order, last) : null,
    total: counted === undefined || counted > MOST_COUNTED ? null : counted,
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
