import type { Readable } from 'node:stream'
import { Readable as Stream } from 'node:stream'
import { badRequest, Problem, payloadTooLarge } from '@alta/kit/errors'
import { clientGone } from '@alta/kit/http/json-body'
import type { FileStorage } from '@alta/kit/storage/storage'

export interface PartSize {
  /** Bytes that are still missing. */
  readonly room: number
  /** Bytes that a part has, unless it is the last one. */
  readonly smallest: number
  /** Whether less than that is kept when the connection breaks. */
  readonly keepsRest: boolean
}

export interface StoredPart {
  readonly sha256: string
  /** Bytes; 0 when none came. */
  readonly size: number
  /** The caller went away before the end: what came is good all the same. */
  readonly cut: boolean
}

/**
 * Stores what arrives, up to the end or until the connection breaks: bytes that have come need not be sent again.
 * Reads to the end even what is refused: the sidecar hears no answer before.
 * @param checksum `Upload-Checksum` as it came
 * @throws {Problem} 413 `payload_too_large`, 460 `checksum_mismatch`, 400 `unknown_checksum`, `part_too_small`
 */
export async function receivePart(
  body: Readable,
  storage: FileStorage,
  checksum: string | undefined,
  { room, smallest, keepsRest }: PartSize,
): Promise<StoredPart> {
  const expected = expectedOf(checksum)
  let came = 0
  let cut = false
  async function* arriving() {
    try {
      for await (const chunk of body) {
        came += chunk.length
        if (came <= room) yield chunk
      }
    } catch {
      // Told by `cut`: a failing stream would make storage drop what it has.
      cut = true
    }
    if (came === 0 || came >= Math.min(room, smallest)) return
    // Thrown here and not afterwards, so that nothing of it is stored.
    if (!cut) throw partTooSmall(smallest)
    if (!keepsRest) throw clientGone()
  }
  const stored = await storage.put(Stream.from(arriving(), { objectMode: false }))
  if (came > room) throw payloadTooLarge(`Only ${room} bytes of the upload are missing.`, room)
  if (expected !== undefined && cut) throw clientGone()
  if (expected !== undefined && expected !== stored.sha256) {
    throw new Problem({
      status: 460,
      code: 'checksum_mismatch',
      title: 'Checksum mismatch',
      detail: 'The bytes that came are not those of the checksum. Send them again.',
    })
  }
  return { ...stored, cut }
}

/** A file of very many parts would be as many rows, and as many files to open when it is joined. */
const partTooSmall = (smallest: number): Problem =>
  badRequest(
    'part_too_small',
    `A part has at least ${smallest} bytes, unless it is the last one of its file. Send larger ones.`,
    { extensions: { smallestPart: smallest } },
  )

/** As a hash in hexadecimal. */
function expectedOf(checksum: string | undefined): string | undefined {
  if (checksum === undefined) return undefined
  const [, hash = ''] = /^sha256 ([A-Za-z0-9+/]{43}=)$/.exec(checksum.trim()) ?? []
  if (hash === '') throw badRequest('unknown_checksum', 'A checksum is "sha256" and the hash in Base64.')
  return Buffer.from(hash, 'base64').toString('hex')
}
