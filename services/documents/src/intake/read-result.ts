import { buffer } from 'node:stream/consumers'
import { PermanentError } from '@alta/kit/events/errors'
import { parseStorable } from '@alta/kit/storage/storable'
import type { FileStorage } from '@alta/kit/storage/storage'
import type { z } from 'zod'

/** Bytes. A book of 500 dense pages comes to about 50 MB. */
const MAXIMUM_SIZE = 256 * 2 ** 20

/**
 * Reads what an engine or a reviewer has left in storage.
 * @throws {PermanentError} when it is not what the contract says
 */
export async function readResult<Content>(
  files: FileStorage,
  file: { sha256: string; size: number },
  schema: z.ZodType<Content>,
): Promise<Content> {
  if (file.size > MAXIMUM_SIZE) throw unreadable(`has ${file.size} bytes, more than ${MAXIMUM_SIZE}`)
  const text = (await buffer(await files.open(file.sha256))).toString('utf8')
  const result = schema.safeParse(parse(text))
  if (result.success) return result.data
  throw unreadable('breaks its schema', result.error)
}

function parse(text: string): unknown {
  try {
    return parseStorable(text)
  } catch (error) {
    throw unreadable('is not JSON', error)
  }
}

const unreadable = (why: string, cause?: unknown) =>
  new PermanentError('unreadable_result', `The result in storage ${why}.`, { cause })
