import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { notFound, payloadTooLarge } from '../errors.ts'

const form = /^[0-9a-f]{64}$/

/** `abcdef…` as `ab/cd/abcdef…`: no folder grows too large. Anything but a hash is refused, so no path can be smuggled in. */
export function keyOf(sha256: string): string {
  if (!form.test(sha256)) throw fileMissing(sha256)
  return `${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`
}

/** The hash in a key, or undefined for what we did not put there. */
export function sha256OfKey(key: string): string | undefined {
  const name = key.slice(key.lastIndexOf('/') + 1)
  return form.test(name) ? name : undefined
}

export const fileMissing = (sha256: string, cause?: unknown) =>
  notFound('file_missing', 'The file is not in storage.', { note: `no file ${sha256.slice(0, 80)}`, cause })

/**
 * Writes a stream to a new file, durably, and says what went through. The key of a file is its hash,
 * which is known only when the last byte has come: hence a temporary file first.
 * The file is gone again when anything fails.
 */
export async function spool(
  stream: Readable,
  path: string,
  maximumBytes = Number.POSITIVE_INFINITY,
): Promise<{ sha256: string; size: number }> {
  const hash = createHash('sha256')
  let size = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      if (size > maximumBytes) {
        done(payloadTooLarge(`The file is larger than ${maximumBytes} bytes.`, maximumBytes))
        return
      }
      hash.update(chunk)
      done(null, chunk)
    },
  })
  try {
    await mkdir(dirname(path), { recursive: true })
    await pipeline(stream, measure, createWriteStream(path, { flags: 'wx', flush: true }))
  } catch (error) {
    stream.destroy()
    await rm(path, { force: true })
    throw error
  }
  return { sha256: hash.digest('hex'), size }
}

/**
 * Passes a file on and holds its last bytes back until the hash of all of them is known: whoever reads a file that
 * was changed behind our back gets an error, and never a whole file that is another one.
 */
export function onlyIfItIs(sha256: string): Transform {
  const hash = createHash('sha256')
  let held: Buffer | undefined
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, held)
      held = chunk
    },
    flush(done) {
      if (hash.digest('hex') === sha256) done(null, held)
      else done(new Error(`what is stored as ${sha256} is another file`))
    },
  })
}

/** A rename is durable only when its folder is. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
