import type { StoredFile } from '@alta/contracts/resources/file'
import type { ProjectRole } from '@alta/contracts/resources/project'
import { notFound, type Problem } from '@alta/kit/errors'
import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { type Caller, roleIn } from '../projects/access.ts'
import { findProject } from '../projects/project.repository.ts'
import { findItem, type ItemRow } from './item.repository.ts'
import type { Kind, Subject } from './kind.ts'
import { findVersion, type VersionRow } from './version.repository.ts'

type Tx = Kysely<Schema>

/**
 * A living item, or also one in the trash, of a project that the caller may see, and the caller's role in it.
 * @throws {Problem} 404, the same for what does not exist and for what the caller may not see
 */
export async function visibleItem(
  tx: Tx,
  kind: Kind,
  id: string,
  caller: Caller,
  lock?: 'for update',
  which: 'living' | 'any' = 'living',
): Promise<{ item: ItemRow; role: ProjectRole }> {
  const item = await findItem(tx, kind.table, id, lock, which)
  const project = item && (await findProject(tx, item.project_id, caller.userId))
  const role = project && roleIn(project.role, caller)
  if (!item || !role) throw itemNotFound(kind)
  return { item, role }
}

const itemNotFound = (kind: Kind): Problem => notFound(kind.codes.notFound, `There is no such ${kind.noun}.`)

export async function currentVersion(tx: Tx, item: Pick<ItemRow, 'id' | 'version'>): Promise<VersionRow> {
  const version = await findVersion(tx, item.id, item.version)
  if (!version) throw new Error(`item ${item.id} has no row for its version ${item.version}`)
  return version
}

export const storedFile = (version: VersionRow): StoredFile => ({
  sha256: version.sha256,
  size: Number(version.size),
  mediaType: version.media_type,
})

export const subjectOf = (item: ItemRow): Subject => ({
  id: item.id,
  projectId: item.project_id,
  version: item.version,
  sequence: item.revision,
})
