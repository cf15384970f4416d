import type { Database } from '@alta/kit/database/database'
import type { FileStorage } from '@alta/kit/storage/storage'
import { log } from '@alta/kit/telemetry/log'
import type { Schema } from '../database/schema.ts'
import { filesAreReleased } from '../intake/file.repository.ts'
import type { Kind } from '../intake/kind.ts'
import { finishUpload } from './finish-upload.ts'
import { deleteUploads, findWaiting, lockAbandoned, removeParts } from './upload.repository.ts'

// Bounded, because the service waits for a turn when it stops.
const UPLOADS_PER_TURN = 50

/** Gives up uploads that nobody has gone on with, and forgets what became of those that came to an end long ago. */
export async function dropAbandonedUploads(database: Database<Schema>, hours: number): Promise<void> {
  await database.system(async ({ tx }) => {
    const ids = await lockAbandoned(tx, { hours, limit: UPLOADS_PER_TURN })
    await filesAreReleased(tx, await removeParts(tx, ids))
    await deleteUploads(tx, ids)
  })
}

/** Whole uploads whose process died before it could make items of them. */
export async function finishWaitingUploads(
  database: Database<Schema>,
  files: FileStorage,
  kinds: readonly Kind[],
  afterSeconds = 60,
): Promise<void> {
  const waiting = await database.system(({ tx }) =>
    findWaiting(tx, { seconds: afterSeconds, limit: UPLOADS_PER_TURN }),
  )
  for (const upload of waiting) {
    try {
      await finishUpload(database, files, kinds, upload)
    } catch (error) {
      // The others must not wait behind one whose parts are lost.
      log.error({ err: error, uploadId: upload.id }, 'an upload that is whole could not be finished')
    }
  }
}
