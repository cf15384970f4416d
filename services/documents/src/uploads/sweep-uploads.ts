import type { Database } from '@alta/kit/database/database'
import { log } from '@alta/kit/telemetry/log'
import type { Schema } from '../database/schema.ts'
import { filesAreReleased } from '../intake/file.repository.ts'
import { type Finishing, finishUpload } from './finish-upload.ts'
import { deleteUploads, findWaiting, lockAbandoned, removeParts } from './upload.repository.ts'

// Bounded, because the service waits for a turn when it stops.
const UPLOADS_PER_TURN = 50
const JOINS_PER_TURN = 5

/** Gives up uploads that nobody has gone on with, and forgets what became of those that came to an end long ago. */
export async function dropAbandonedUploads(database: Database<Schema>, hours: number): Promise<void> {
  await database.system(async ({ tx }) => {
    const ids = await lockAbandoned(tx, { hours, limit: UPLOADS_PER_TURN })
    await filesAreReleased(tx, await removeParts(tx, ids))
    await deleteUploads(tx, ids)
  })
}

/** Whole uploads whose process died before it could make items of them, or had enough of them to join. */
export async function finishWaitingUploads(finishing: Finishing): Promise<void> {
  const waiting = await finishing.database.system(({ tx }) => findWaiting(tx, JOINS_PER_TURN))
  for (const upload of waiting) {
    try {
      await finishUpload(finishing, upload)
    } catch (error) {
      // The others must not wait behind one whose parts are lost.
      log.error({ err: error, uploadId: upload.id }, 'an upload that is whole could not be finished')
    }
  }
}
