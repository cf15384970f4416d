import { inflateRawSync } from 'node:zlib'

const END_OF_DIRECTORY = 0x06054b50
const DIRECTORY_ENTRY = 0x02014b50

/**
 * One file out of a zip, so that no `unzip` has to be on the machine. Knows what archives of this size hold: stored
 * and deflated entries below 4 GiB.
 * @throws {Error} when it is no zip or has no such file
 */
export function fileFromZip(archive: Buffer, name: string): Buffer {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0 || archive.readUInt32LE(end) !== END_OF_DIRECTORY) throw new Error('this is no zip')
  let at = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error('the directory of the zip is damaged')
    const nameLength = archive.readUInt16LE(at + 28)
    const skipped = archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
    if (archive.toString('utf8', at + 46, at + 46 + nameLength) === name) return contentOf(archive, at)
    at += 46 + nameLength + skipped
  }
  throw new Error(`the zip holds no ${name}`)
}

/** @param entry where the directory speaks of the file */
function contentOf(archive: Buffer, entry: number): Buffer {
  const method = archive.readUInt16LE(entry + 10)
  const size = archive.readUInt32LE(entry + 20)
  const local = archive.readUInt32LE(entry + 42)
  // The name and the extra field stand here again, and the latter may have another length.
  const begin = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
  const packed = archive.subarray(begin, begin + size)
  if (method === 0) return packed
  if (method === 8) return inflateRawSync(packed)
  throw new Error(`the zip uses method ${method}, which is not known here`)
}
