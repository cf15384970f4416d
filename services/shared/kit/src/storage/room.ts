import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Degraded } from '../health/health.ts'
import { randomUUIDv7 } from '../identifiers.ts'

/** Below this a disk counts as full: uploads are of that size, and those that come at once share it. */
const LEAST_FREE_BYTES = 64 * 2 ** 20
/** Quotas and read-only disks are found by writing alone; often enough for a person, too seldom to be a load. */
const WRITE_EVERY_MS = 10_000
const PROBE_BYTES = 16 * 1024

/** What stops files from being written and leaves those that are there to be read. */
const readableStill = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EACCES', 'EPERM'])

/** Whether there is room for files in a folder, which is made if need be. */
export function roomIn(
  folder: string,
  limits: { leastFreeBytes?: number; writeEveryMs?: number } = {},
): { check(): Promise<void> } {
  const { leastFreeBytes = LEAST_FREE_BYTES, writeEveryMs = WRITE_EVERY_MS } = limits
  let workedAt = Number.NEGATIVE_INFINITY

  async function probe(): Promise<void> {
    const path = join(folder, randomUUIDv7())
    try {
      await writeFile(path, Buffer.alloc(PROBE_BYTES), { flag: 'wx' })
    } finally {
      await rm(path, { force: true })
    }
  }

  return {
    /** @throws {Degraded} when nothing can be written, with the reason */
    async check() {
      try {
        await mkdir(folder, { recursive: true })
        const { bavail, bsize, blocks } = await statfs(folder)
        const free = bavail * bsize
        // Some file systems do not know their size and say 0 blocks.
        if (blocks > 0 && free < leastFreeBytes) {
          throw new Degraded(
            `only ${Math.floor(free / 2 ** 20)} MiB are free; files are refused or soon will be`,
          )
        }
        // One that failed is made again at every look, so that the end of an outage shows at once.
        if (Date.now() - workedAt < writeEveryMs) return
        await probe()
        workedAt = Date.now()
      } catch (error) {
        workedAt = Number.NEGATIVE_INFINITY
        const code = error instanceof Error && 'code' in error ? String(error.code) : ''
        throw readableStill.has(code)
          ? new Degraded(`files cannot be written: ${code}`, { cause: error })
          : error
      }
    },
  }
}
