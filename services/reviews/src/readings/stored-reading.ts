import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { StoredFile } from '@alta/contracts/resources/file'
import { recognisedDocument, transcript } from '@alta/contracts/resources/recognition'
import type { ReviewKind } from '@alta/contracts/resources/review'
import type { Database } from '@alta/kit/database/database'
import { PermanentError } from '@alta/kit/events/errors'
import { parseStorable } from '@alta/kit/storage/storable'
import type { FileStorage } from '@alta/kit/storage/storage'
import type { ReviewsSchema } from '../database/schema.ts'
import { announceFile } from './file.repository.ts'
import type { Reading } from './reading.ts'

/** A reading in file storage, as JSON. `size` is in bytes. */
export type StoredReading = Pick<StoredFile, 'sha256' | 'size'>

/** @throws {PermanentError} when the file is not what the contract says: reading it again changes nothing */
export async function loadReading(files: FileStorage, kind: ReviewKind, sha256: string): Promise<Reading> {
  const json = parseJson(await text(await files.open(sha256)), sha256)
  const parsed = kind === 'document' ? recognisedDocument.safeParse(json) : transcript.safeParse(json)
  if (!parsed.success) {
    throw new PermanentError(
      'unreadable_result',
      `file ${sha256} is not a ${kind} reading: ${parsed.error.message}`,
    )
  }
  // `kind` has chosen the schema just above.
  return { kind, value: parsed.data } as Reading
}

/** Noted before it is written, so that a sweep knows of it whatever happens before a verdict names it. */
export async function saveReading(
  { database, files }: { database: Database<ReviewsSchema>; files: FileStorage },
  reading: Reading,
): Promise<StoredReading> {
  const bytes = Buffer.from(JSON.stringify(reading.value))
  await announceFile(database, createHash('sha256').update(bytes).digest('hex'))
  return files.put(Readable.from([bytes]))
}

function parseJson(content: string, sha256: string): unknown {
  try {
    return parseStorable(content)
  } catch (error) {
    throw new PermanentError('unreadable_result', `file ${sha256} is not JSON`, { cause: error })
  }
}
