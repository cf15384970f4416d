import { createReadStream } from 'node:fs'
import { mkdir, opendir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { randomUUIDv7 } from '../identifiers.ts'
import { fileMissing, keyOf, sha256OfKey, spool, syncFolder } from './content-address.ts'
import { roomIn } from './room.ts'
import type { FileStorage } from './storage.ts'

/** Files below one directory: `ab/cd/<sha256>`, and `incoming/` for those that are still being written. */
export function localDisk(directory: string): FileStorage {
  const root = resolve(directory)
  const room = roomIn(join(root, 'incoming'))
  const pathOf = (sha256: string) => join(root, keyOf(sha256))

  return {
    async put(stream, limits = {}) {
      const incoming = join(root, 'incoming', randomUUIDv7())
      const { sha256, size } = await spool(stream, incoming, limits.maximumBytes)
      const path = pathOf(sha256)
      try {
        await mkdir(dirname(path), { recursive: true })
        // Also when it is there already: the same bytes, with a new time that keeps a sweep away.
        await rename(incoming, path)
      } catch (error) {
        await rm(incoming, { force: true })
        throw error
      }
      await syncFolder(dirname(path))
      return { sha256, size }
    },

    async open(sha256, range) {
      const path = pathOf(sha256)
      const stream = createReadStream(path, range ?? {})
      return new Promise((resolved, rejected) => {
        stream.once('open', () => resolved(stream))
        stream.once('error', (error) => rejected(isMissing(error) ? fileMissing(sha256, error) : error))
      })
    },

    async stat(sha256) {
      try {
        const { size, mtime } = await stat(pathOf(sha256))
        return { size, modifiedAt: mtime }
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },

    async remove(sha256) {
      await rm(pathOf(sha256), { force: true })
    },

    async *list() {
      // Whoever lists does so to sweep: the time to drop what a process left when it died halfway.
      await removeAbandoned(join(root, 'incoming'))
      for (const outer of await foldersOf(root)) {
        for (const inner of await foldersOf(join(root, outer))) {
          const folder = join(root, outer, inner)
          for await (const { name } of await opendir(folder)) {
            const sha256 = sha256OfKey(name)
            if (!sha256) continue
            const { size, mtime } = await stat(join(folder, name))
            yield { sha256, size, modifiedAt: mtime }
          }
        }
      }
    },

    check: () => room.check(),
  }
}

const abandonedAfterMs = 24 * 3600 * 1000

async function removeAbandoned(folder: string): Promise<void> {
  try {
    for await (const { name } of await opendir(folder)) {
      const path = join(folder, name)
      const { mtimeMs } = await stat(path)
      if (Date.now() - mtimeMs > abandonedAfterMs) await rm(path, { force: true })
    }
  } catch (error) {
    // An upload that ends meanwhile takes its file away.
    if (!isMissing(error)) throw error
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'

async function foldersOf(path: string): Promise<string[]> {
  const names: string[] = []
  try {
    for await (const entry of await opendir(path)) {
      if (entry.isDirectory() && /^[0-9a-f]{2}$/.test(entry.name)) names.push(entry.name)
    }
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  return names
}
