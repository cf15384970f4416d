import type { Readable } from 'node:stream'
import type { Database } from '@alta/kit/database/database'
import { notFound } from '@alta/kit/errors'
import type { ByteRange, FileStorage } from '@alta/kit/storage/storage'
import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.ts'
import type { Caller } from '../projects/access.ts'
import { failureOf } from './failure.ts'
import { visibleItem } from './item.access.ts'
import { type ItemVersion, type ItemVersionDetail, versionOf } from './item.resource.ts'
import type { Kind } from './kind.ts'
import { findReading } from './reading.repository.ts'
import { latestRun } from './recognition.repository.ts'
import { resultThatCounts } from './settle.ts'
import { statusOf } from './status.ts'
import { findVersion, listVersions, type VersionRow } from './version.repository.ts'

export type VersionService = ReturnType<typeof versionService>

/** The files of an item, and what was read from each. */
export function versionService(database: Database<Schema>, files: FileStorage, kind: Kind) {
  return {
    list(caller: Caller, id: string): Promise<ItemVersion[]> {
      return database.read(caller.tenantId, async (tx) => {
        await visibleItem(tx, kind, id, caller)
        return (await listVersions(tx, id)).map(versionOf)
      })
    },

    get(caller: Caller, id: string, number: number): Promise<ItemVersionDetail> {
      return database.read(caller.tenantId, async (tx) => {
        await visibleItem(tx, kind, id, caller)
        const version = await existingVersion(tx, id, number)
        const run = await latestRun(tx, id, number)
        if (!run) throw new Error(`version ${number} of item ${id} was never given to an engine`)
        const counts = resultThatCounts(run)
        const reading = await findReading(tx, run.id, counts)
        const machine =
          run.machine_result === counts ? undefined : await findReading(tx, run.id, run.machine_result)
        const status = statusOf(run)
        return {
          ...versionOf(version),
          status,
          text: reading?.text ?? null,
          confidence: reading?.confidence ?? null,
          machineText: machine?.text ?? null,
          engine: run.engine,
          decidedBy: run.verdict_by,
          failure: status === 'failed' ? failureOf(run) : null,
        }
      })
    },

    /** @param number the current version when undefined */
    async file(caller: Caller, id: string, number: number | undefined): Promise<OpenableFile> {
      const version = await database.read(caller.tenantId, async (tx) => {
        const { item } = await visibleItem(tx, kind, id, caller)
        return existingVersion(tx, id, number ?? item.version)
      })
      return {
        name: version.file_name,
        mediaType: version.media_type,
        size: Number(version.size),
        sha256: version.sha256,
        open: (range) => files.open(version.sha256, range),
      }
    },
  }
}

export interface OpenableFile {
  readonly name: string
  readonly mediaType: string
  /** Bytes. */
  readonly size: number
  readonly sha256: string
  open(range?: ByteRange): Promise<Readable>
}

/** @throws {Problem} 404 `version_not_found` */
export async function existingVersion(tx: Kysely<Schema>, id: string, number: number): Promise<VersionRow> {
  const version = await findVersion(tx, id, number)
  if (!version) throw notFound('version_not_found', `There is no version ${number}.`)
  return version
}
