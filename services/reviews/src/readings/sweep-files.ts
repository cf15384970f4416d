import type { Database } from '@alta/kit/database/database'
import type { FileStorage } from '@alta/kit/storage/storage'
import type { ReviewsSchema } from '../database/schema.ts'
import { takeOldFile } from './file.repository.ts'

/** A turn is bounded, because the service waits for it when it stops; what is left is taken by the next one. */
const FILES_PER_TURN = 500

/**
 * Removes corrected readings that no verdict has named for `hours`: of whoever came second, of a process that died
 * halfway, of what was purged. Looks only at files that this service has written (table `files`): the results of
 * engines lie in the same storage. A file goes while its row is locked, so that whoever writes the same bytes waits.
 * @returns how many files were removed
 */
export async function sweepFiles(
  database: Database<ReviewsSchema>,
  files: FileStorage,
  hours: number,
): Promise<number> {
  let removed = 0
  for (let looked = 0; looked < FILES_PER_TURN; looked++) {
    const taken = await database.system(async ({ tx }) => {
      const file = await takeOldFile(tx, hours)
      if (file && !file.named) await files.remove(file.sha256)
      return file
    })
    if (!taken) break
    if (!taken.named) removed++
  }
  return removed
}
