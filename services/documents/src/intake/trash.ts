import type { ProjectRole } from '@alta/contracts/resources/project'
import type { Database, TransactionScope } from '@alta/kit/database/database'
import { conflict } from '@alta/kit/errors'
import { requireMatch } from '@alta/kit/http/etag'
import type { Schema } from '../database/schema.ts'
import { type Caller, requireRole } from '../projects/access.ts'
import { duplicate } from './duplicates.ts'
import { filesAreReleased } from './file.repository.ts'
import { addHistory, purgeHistory } from './history.repository.ts'
import { currentVersion, subjectOf, visibleItem } from './item.access.ts'
import { deleteItem, type ItemRow, updateItem } from './item.repository.ts'
import { type ItemSummary, summaryOf } from './item.resource.ts'
import type { Kind } from './kind.ts'
import { purgeRecognitions } from './recognition.repository.ts'
import { claimBytes, purgeVersions, releaseBytes } from './version.repository.ts'

type Scope = TransactionScope<Schema>

/** Which item, by whom, and the `If-Match` that came with it. */
export interface ItemRequest {
  readonly caller: Caller
  readonly id: string
  readonly ifMatch: string | undefined
}

export type Trash = ReturnType<typeof trash>

/** Deleted items: into the trash, out of it, and away for good. */
export const trash = (database: Database<Schema>, kind: Kind) => ({
  remove: (request: ItemRequest): Promise<void> =>
    database.transaction(request.caller.tenantId, (scope) => removeItem(scope, kind, request)),
  restore: (request: ItemRequest): Promise<ItemSummary> =>
    database.transaction(request.caller.tenantId, (scope) => restoreItem(scope, kind, request)),
  purge: (request: ItemRequest): Promise<void> =>
    database.transaction(request.caller.tenantId, (scope) => purgeItem(scope, kind, request)),
})

/** By those who uploaded it, and owners. @throws {Problem} 404, 403 `project_role_required`, 412 */
export async function removeItem({ tx, emit }: Scope, kind: Kind, request: ItemRequest): Promise<void> {
  const { caller, id, ifMatch } = request
  const { item: before, role } = await visibleItem(tx, kind, id, caller, 'for update')
  requireRole(role, roleToRemove(before, caller))
  requireMatch(ifMatch, before.revision)
  const item = await updateItem(tx, kind.table, id, { deleted_at: new Date(), deleted_by: caller.userId })
  await releaseBytes(tx, { itemId: id })
  await addHistory(tx, item, { action: 'deleted', by: caller.userId })
  kind.announce.deleted(emit, subjectOf(item))
}

/**
 * By those who may delete it. The item is what it was, and has heard of what happened in the meantime.
 * @throws {Problem} as `removeItem`; 409 `not_in_trash`, and that of a duplicate when the same bytes came again
 */
export async function restoreItem(
  { tx, emit }: Scope,
  kind: Kind,
  request: ItemRequest,
): Promise<ItemSummary> {
  const { caller, id } = request
  const { userId: by } = caller
  const before = await trashedItem(tx, kind, request, (item) => roleToRemove(item, caller))
  const taken = await claimBytes(tx, before)
  if (taken) throw await duplicate(tx, kind, before.project_id, taken)
  const item = await updateItem(tx, kind.table, id, { deleted_at: null, deleted_by: null })
  await addHistory(tx, item, { action: 'restored', by })
  const { title, status, recognition_id: recognitionId } = item
  kind.announce.restored(emit, subjectOf(item), { title, status, recognitionId, by })
  return summaryOf(item, await currentVersion(tx, item))
}

/** Owners alone. @throws {Problem} 404, 403 `project_role_required`, 412, 409 `not_in_trash` */
async function purgeItem({ tx, emit }: Scope, kind: Kind, request: ItemRequest): Promise<void> {
  const item = await trashedItem(tx, kind, request, () => 'owner')
  const { id, project_id: projectId } = item
  await deleteItem(tx, kind.table, id)
  await filesAreReleased(tx, await purgeVersions(tx, [id]))
  await filesAreReleased(tx, await purgeRecognitions(tx, [id]))
  await purgeHistory(tx, [id])
  kind.announce.purged(emit, { id, projectId, sequence: item.revision + 1 }, { by: request.caller.userId })
}

async function trashedItem(
  tx: Scope['tx'],
  kind: Kind,
  { caller, id, ifMatch }: ItemRequest,
  needed: (item: ItemRow) => ProjectRole,
): Promise<ItemRow> {
  const { item, role } = await visibleItem(tx, kind, id, caller, 'for update', 'any')
  requireRole(role, needed(item))
  requireMatch(ifMatch, item.revision)
  if (item.deleted_at) return item
  throw conflict('not_in_trash', `The ${kind.noun} is not in the trash.`)
}

const roleToRemove = (item: ItemRow, caller: Caller): ProjectRole =>
  item.uploaded_by === caller.userId ? 'reviewer' : 'owner'
