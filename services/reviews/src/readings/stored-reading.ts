import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { StoredFile } from '@alta/contracts/resources/file'
import { recognisedDocument, transcript } from '@alta/contracts/resources/recognition'
import type { ReviewKind } from '@alta/contracts/resources/review'
import { PermanentError } from '@alta/kit/events/errors'
import { parseStorable } from '@alta/kit/storage/storable'
import type { FileStorage } from '@alta/kit/storage/storage'
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

export async function saveReading(files: FileStorage, reading: Reading): Promise<StoredReading> {
  return files.put(Readable.from([Buffer.from(JSON.stringify(reading.value))]))
}

function parseJson(content: string, sha256: string): unknown {
  try {
    return parseStorable(content)
  } catch (error) {
    throw new PermanentError('unreadable_result', `file ${sha256} is not JSON`, { cause: error })
  }
}
