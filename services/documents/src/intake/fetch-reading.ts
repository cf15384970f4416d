import type { StoredFile } from '@alta/contracts/resources/file'
import { Problem } from '@alta/kit/errors'
import type { FileStorage } from '@alta/kit/storage/storage'
import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { filesAreReleased } from './file.repository.ts'
import type { ItemRow } from './item.repository.ts'
import type { Kind, Read } from './kind.ts'
import { readResult } from './read-result.ts'
import { insertReading } from './reading.repository.ts'

export interface Fetched {
  /** Stores it as a reading of the item's current run; once, whichever event brings it first. */
  keep(tx: Kysely<Schema>, item: ItemRow): Promise<void>
  /** Nobody waits for it any more: its files are left to the sweep. */
  leave(tx: Kysely<Schema>): Promise<void>
}

/**
 * Fetches a reading before the transaction that keeps it: no file is read while rows are locked. One that is not in
 * storage is missed by whoever keeps it alone: what was purged may be told of once more.
 */
export async function fetchReading<Content extends Read, Part>(
  files: FileStorage,
  kind: Kind<Content, Part>,
  file: StoredFile,
): Promise<Fetched> {
  let content: Content
  try {
    content = await readResult(files, file, kind.result)
  } catch (error) {
    if (!(error instanceof Problem && error.code === 'file_missing')) throw error
    return { keep: () => Promise.reject(error), leave: () => Promise.resolve() }
  }
  const reading = {
    text: kind.textOf(content),
    confidence: content.confidence,
    duration: kind.durationOf(content),
  }
  return {
    async keep(tx, item) {
      const key = { tenantId: item.tenant_id, recognitionId: item.recognition_id, sha256: file.sha256 }
      if (await insertReading(tx, key, reading)) await kind.saveParts(tx, key, content)
    },
    leave: (tx) => filesAreReleased(tx, kind.filesOf(content)),
  }
}
