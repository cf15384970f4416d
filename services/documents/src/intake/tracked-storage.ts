import type { Database } from '@alta/kit/database/database'
import { unavailable } from '@alta/kit/errors'
import type { FileStorage } from '@alta/kit/storage/storage'
import type { Schema } from '../database/schema.ts'
import { rememberFile } from './file.repository.ts'

/**
 * The storage that uploads go through. What is put is noted in `files` until a version names it, also when the
 * request is refused; so every byte that this service brings in can be swept, and nobody else's ever is.
 */
export function trackedStorage(database: Database<Schema>, storage: FileStorage): FileStorage {
  return {
    ...storage,
    async put(stream, limits) {
      const stored = await storage.put(stream, limits)
      await rememberFile(database, stored.sha256)
      // A sweep may have taken the same bytes between the two lines above; from here on it cannot.
      if (await storage.stat(stored.sha256)) return stored
      throw unavailable('file_swept', 'The file was cleared away while it arrived. Send it again.', {
        retryAfter: 1,
      })
    },
  }
}
