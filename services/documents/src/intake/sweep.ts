import type { Database } from '@alta/kit/database/database'
import type { FileStorage } from '@alta/kit/storage/storage'
import type { Schema } from '../database/schema.ts'
import { purgeProjects } from '../projects/project.repository.ts'
import { filesAreReleased, takeOldFile } from './file.repository.ts'
import { purgeHistory } from './history.repository.ts'
import { purgeItems } from './item.repository.ts'
import type { Kind } from './kind.ts'
import { purgeRecognitions } from './recognition.repository.ts'
import { purgeVersions } from './version.repository.ts'

// A turn is bounded, because the service waits for it when it stops; what is left is taken by the next one.
const ITEMS_PER_TURN = 200
const FILES_PER_TURN = 500

/** Removes for good what was deleted more than `days` ago: items first, then the projects they were in. */
export async function purgeDeleted(
  database: Database<Schema>,
  kinds: readonly Kind[],
  days: number,
): Promise<void> {
  await database.system(async ({ tx, emitFor }) => {
    const purged: string[] = []
    for (const kind of kinds) {
      for (const item of await purgeItems(tx, kind.table, { days, limit: ITEMS_PER_TURN })) {
        const { id, tenant_id: tenantId, project_id: projectId, revision } = item
        kind.announce.purged(emitFor(tenantId), { id, projectId, sequence: revision + 1 }, { by: null })
        purged.push(id)
      }
    }
    await filesAreReleased(tx, await purgeVersions(tx, purged))
    await filesAreReleased(tx, await purgeRecognitions(tx, purged))
    await purgeHistory(tx, purged)
    // None is left behind only when fewer were found than looked for.
    if (purged.length < ITEMS_PER_TURN) await purgeProjects(tx, days)
  })
}

/**
 * Removes uploaded files, pictures of pages and results of engines that nothing names and nobody has stored again for
 * `hours`. Looks only at files that this service knows of (table `files`): others keep theirs in the same storage.
 * A file goes while its row is locked, so that an upload of the same bytes waits and then finds them gone. Pictures and
 * results come without a row, until their item is told to have been read: the storage knows when they came.
 * @returns how many files were removed
 */
export async function sweepFiles(
  database: Database<Schema>,
  files: FileStorage,
  hours: number,
): Promise<number> {
  let removed = 0
  for (let looked = 0; looked < FILES_PER_TURN; looked++) {
    const taken = await database.system(async ({ tx }) => {
      const file = await takeOldFile(tx, hours)
      if (!file || file.named) return file && 'kept'
      const { modifiedAt } = (await files.stat(file.sha256)) ?? {}
      if (modifiedAt && Date.now() - modifiedAt.getTime() < hours * 3_600_000) {
        await filesAreReleased(tx, [file.sha256])
        return 'kept'
      }
      await files.remove(file.sha256)
      return 'removed'
    })
    if (!taken) break
    if (taken === 'removed') removed++
  }
  return removed
}
