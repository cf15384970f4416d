import { fileTypeFromBuffer } from 'file-type'

/** Bytes from the start of a file that tell its type. */
export const headLength = 4100

/** Other names for the types that our contracts know. */
const usual: Readonly<Record<string, string>> = {
  'audio/x-m4a': 'audio/mp4',
  'audio/vnd.wave': 'audio/wav',
  'audio/x-wav': 'audio/wav',
  'audio/opus': 'audio/ogg',
  'audio/x-flac': 'audio/flac',
  // What browsers record: nothing at the start of these says whether pictures follow, and only the sound is taken.
  'video/webm': 'audio/webm',
  'video/mp4': 'audio/mp4',
}

/** The media type by content, without parameters; undefined for text and what nobody knows. */
export async function mediaTypeOf(head: Uint8Array): Promise<string | undefined> {
  const found = await fileTypeFromBuffer(head)
  const plain = found?.mime.split(';')[0]?.trim()
  return plain === undefined ? undefined : (usual[plain] ?? plain)
}
