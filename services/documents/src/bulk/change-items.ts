import type { TransactionScope } from '@alta/kit/database/database'
import { conflict, notFound, Problem } from '@alta/kit/errors'
import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { addHistory } from '../intake/history.repository.ts'
import { reprocessItem } from '../intake/intake.service.ts'
import { visibleItem } from '../intake/item.access.ts'
import { findItem, updateItem } from '../intake/item.repository.ts'
import type { Kind } from '../intake/kind.ts'
import { removeItem, restoreItem } from '../intake/trash.ts'
import { kinds } from '../kinds.ts'
import { type Caller, requireRole } from '../projects/access.ts'
import type { BulkFailure, Change } from './bulk.resource.ts'

type Scope = TransactionScope<Schema>

const MOST_TAGS = 20

/**
 * Does the same to each of these items of a project, as the caller could one by one. What is refused is told and
 * stops nothing: refusals come before anything is written. Whatever else goes wrong is thrown.
 */
export async function changeItems(
  scope: Scope,
  caller: Caller,
  projectId: string,
  ids: readonly string[],
  change: Change,
): Promise<BulkFailure[]> {
  const failures: BulkFailure[] = []
  for (const id of ids) {
    try {
      await changeItem(scope, caller, await kindIn(scope.tx, projectId, id), id, change)
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error
      failures.push({ item: id, reason: error.detail, code: error.code })
    }
  }
  return failures
}

/** Ids of documents and voice samples never meet. */
async function kindIn(tx: Kysely<Schema>, projectId: string, id: string): Promise<Kind> {
  for (const kind of kinds) {
    const item = await findItem(tx, kind.table, id, undefined, 'any')
    if (item?.project_id === projectId) return kind
  }
  throw notFound('item_not_found', 'There is no such document or voice sample in the project.')
}

async function changeItem(
  scope: Scope,
  caller: Caller,
  kind: Kind,
  id: string,
  change: Change,
): Promise<void> {
  const request = { caller, id, ifMatch: undefined }
  switch (change.action) {
    case 'delete':
      return removeItem(scope, kind, request)
    case 'restore':
      await restoreItem(scope, kind, request)
      return
    case 'reprocess':
      await reprocessItem(scope, kind, caller, id, undefined)
      return
    case 'tag':
      return retag(scope, kind, caller, id, (tags) => [...new Set([...tags, ...(change.tags ?? [])])])
    case 'untag':
      return retag(scope, kind, caller, id, (tags) => tags.filter((tag) => !change.tags?.includes(tag)))
  }
}

async function retag(
  { tx }: Scope,
  kind: Kind,
  caller: Caller,
  id: string,
  changed: (tags: readonly string[]) => string[],
): Promise<void> {
  const { item: before, role } = await visibleItem(tx, kind, id, caller, 'for update')
  requireRole(role, 'reviewer')
  const tags = changed(before.tags)
  if (tags.length > MOST_TAGS) throw conflict('too_many_tags', `It would have more than ${MOST_TAGS} tags.`)
  if (tags.length === before.tags.length) return
  const item = await updateItem(tx, kind.table, id, { tags })
  await addHistory(tx, item, { action: 'changed', by: caller.userId, details: { tags } })
}
