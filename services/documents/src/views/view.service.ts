import type { Database } from '@alta/kit/database/database'
import { conflict, notFound } from '@alta/kit/errors'
import { etagOf, requireMatch } from '@alta/kit/http/etag'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { type Caller, requireRole } from '../projects/access.ts'
import { visibleProject } from '../projects/project.service.ts'
import {
  countViews,
  deleteView,
  insertView,
  listViews,
  lockView,
  updateView,
  type ViewRow,
} from './view.repository.ts'
import type { NewView, ViewChange, ViewResource } from './view.resource.ts'

/** Of one person in one project: more than anybody finds their way in. */
const MOST_VIEWS = 50

export interface ViewRequest {
  readonly caller: Caller
  readonly projectId: string
  readonly id: string
  readonly ifMatch: string | undefined
}

/** Everybody in a project keeps views of their own; who reviews in it may share them, and its owners see to those. */
export function viewService(database: Database<Schema>) {
  /** @throws {Problem} 404 also for another's own, 403 for a shared one of somebody else */
  async function changeable(tx: Kysely<Schema>, request: ViewRequest) {
    const { caller, projectId, id, ifMatch } = request
    const { role } = await visibleProject(tx, projectId, caller)
    const view = await lockView(tx, projectId, id)
    const isOwn = view?.created_by === caller.userId
    if (!view || !(view.shared || isOwn)) throw notFound('view_not_found', 'There is no such view.')
    if (!isOwn) requireRole(role, 'owner')
    requireMatch(ifMatch, view.version)
    return { view, role }
  }

  return {
    list: (caller: Caller, projectId: string): Promise<ViewResource[]> =>
      database.read(caller.tenantId, async (tx) => {
        await visibleProject(tx, projectId, caller)
        return (await listViews(tx, { project_id: projectId, created_by: caller.userId })).map(present)
      }),

    create: (caller: Caller, projectId: string, input: NewView): Promise<ViewResource> =>
      database.transaction(caller.tenantId, async ({ tx }) => {
        // Two at once must not both be the last that is possible.
        const { role } = await visibleProject(tx, projectId, caller, 'for update')
        if (input.shared) requireRole(role, 'reviewer')
        const place = { project_id: projectId, created_by: caller.userId }
        if ((await countViews(tx, place)) >= MOST_VIEWS)
          throw conflict('too_many_views', `You have ${MOST_VIEWS} views in this project. Delete one first.`)
        const filter = JSON.stringify(input.filter)
        const row = { id: randomUUIDv7(), tenant_id: caller.tenantId, ...place, ...input, filter }
        return present(await insertView(tx, row))
      }),

    change: (request: ViewRequest, { filter, ...change }: ViewChange): Promise<ViewResource> =>
      database.transaction(request.caller.tenantId, async ({ tx }) => {
        const { view, role } = await changeable(tx, request)
        // Also of one's own, from before one's role was another: everybody sees it.
        if (change.shared ?? view.shared) requireRole(role, 'reviewer')
        const changed = filter === undefined ? change : { ...change, filter: JSON.stringify(filter) }
        return present(await updateView(tx, view.id, changed))
      }),

    remove: (request: ViewRequest): Promise<void> =>
      database.transaction(request.caller.tenantId, async ({ tx }) => {
        await deleteView(tx, (await changeable(tx, request)).view.id)
      }),
  }
}

const present = (row: ViewRow): ViewResource => ({
  id: row.id,
  name: row.name,
  shared: row.shared,
  filter: row.filter,
  sort: row.sort,
  columns: row.columns,
  layout: row.layout,
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
  etag: etagOf(row.version),
})
