import type { Readable } from 'node:stream'
import type { Database } from '@alta/kit/database/database'
import { badRequest, conflict, gone, notFound, Problem, payloadTooLarge } from '@alta/kit/errors'
import { clientGone } from '@alta/kit/http/json-body'
import { headLength } from '@alta/kit/http/media-type'
import type { FileStorage } from '@alta/kit/storage/storage'
import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { filesAreNamed, filesAreReleased } from '../intake/file.repository.ts'
import type { Kind } from '../intake/kind.ts'
import { type Caller, requireRole } from '../projects/access.ts'
import { visibleProject } from '../projects/project.service.ts'
import { acceptedType, finishUpload } from './finish-upload.ts'
import { joinsOf } from './joins.ts'
import { receivePart } from './receive-part.ts'
import { factsOf } from './upload.metadata.ts'
import {
  addPart,
  countOpenUploads,
  countSmallParts,
  deleteUploads,
  findUpload,
  insertUpload,
  removeParts,
  type UploadRow,
} from './upload.repository.ts'

export interface UploadOptions {
  readonly database: Database<Schema>
  readonly files: FileStorage
  readonly kinds: readonly Kind[]
  /** Bytes of the largest file of each kind. */
  readonly maximumBytes: Readonly<Record<Kind['name'], number>>
  /** Bytes that every part has but the last. */
  readonly smallestPart: number
  readonly expirationHours: number
}

/** Unfinished uploads of one person: more than a browser has, and less than would fill tables. */
const MOST_OPEN = 200
/** What broken connections have left of one upload: more than a bad line makes, and few enough to be joined. */
const MOST_SMALL_PARTS = 100
const HOUR_MS = 3_600_000

export type UploadService = ReturnType<typeof uploadService>

/** Files that come in parts, through any replica: what is there is in the database and in file storage alone. */
export function uploadService(options: UploadOptions) {
  const { database, files, kinds, maximumBytes, smallestPart, expirationHours } = options
  const finishing = { database, files, kinds, joins: joinsOf() }
  const expiresAt = ({ touched_at: touched }: UploadRow): Date =>
    new Date(touched.getTime() + expirationHours * HOUR_MS)

  /** @throws {Problem} 404 also for another's, 410 `upload_expired` */
  async function own(tx: Kysely<Schema>, caller: Caller, place: Place, lock?: 'for update') {
    requireRole((await visibleProject(tx, place.projectId, caller)).role, 'reviewer')
    const upload = await findUpload(tx, place.id, lock)
    if (!upload || upload.project_id !== place.projectId || upload.created_by !== caller.userId)
      throw notFound('upload_not_found', 'There is no such upload of yours.')
    if (upload.received !== upload.length && expiresAt(upload) < new Date())
      throw gone('upload_expired', 'Nobody went on with this upload for too long. Begin it again.')
    return upload
  }

  async function end(tenantId: string, upload: Pick<UploadRow, 'id'>): Promise<void> {
    await database.transaction(tenantId, async ({ tx }) => {
      await filesAreReleased(tx, await removeParts(tx, [upload.id]))
      await deleteUploads(tx, [upload.id])
    })
  }

  return {
    expiresAt,

    /** @throws {Problem} 400 `validation_failed`, `empty_file`; 404, 403; 409 `too_many_uploads`; 413 */
    async begin(
      caller: Caller,
      place: Place,
      given: { length: number; metadata: Readonly<Record<string, string | null>>; written: string },
    ): Promise<UploadRow> {
      const { kind, fileName, title, language, tags } = factsOf(given.metadata)
      const most = maximumBytes[kind]
      if (given.length < 1) throw badRequest('empty_file', 'The file has no bytes.')
      if (given.length > most) throw payloadTooLarge(`The file is larger than ${most} bytes.`, most)
      return database.transaction(caller.tenantId, async ({ tx }) => {
        const { tenantId, userId } = caller
        requireRole((await visibleProject(tx, place.projectId, caller, 'for share')).role, 'reviewer')
        if ((await countOpenUploads(tx, tenantId, userId)) >= MOST_OPEN)
          throw conflict('too_many_uploads', `You have ${MOST_OPEN} unfinished uploads. Finish or end some.`)
        return insertUpload(tx, {
          id: place.id,
          tenant_id: tenantId,
          project_id: place.projectId,
          ...{ kind, file_name: fileName, length: given.length, metadata: given.written },
          ...{ title: title ?? null, language: language ?? null, tags: tags ?? null },
          created_by: userId,
        })
      })
    },

    /** How far it is; one that is whole is brought to its end, should nobody be about to. */
    async find(caller: Caller, place: Place): Promise<UploadRow> {
      const upload = await database.read(caller.tenantId, (tx) => own(tx, caller, place))
      if (upload.received !== upload.length || upload.outcome !== null) return upload
      return (await finishUpload(finishing, upload)) ?? upload
    },

    /** @throws {Problem} 409 `upload_offset_conflict`; those of `receivePart` and of a file that is not taken */
    async receive(
      caller: Caller,
      place: Place,
      part: { position: number; body: Readable; checksum: string | undefined },
    ): Promise<UploadRow> {
      const { before, small } = await database.read(caller.tenantId, async (tx) => ({
        before: await own(tx, caller, place),
        small: await countSmallParts(tx, place.id, smallestPart),
      }))
      const { position } = part
      const size = { room: Number(before.length) - position, smallest: smallestPart }
      const stored = await receivePart(part.body, files, part.checksum, {
        ...size,
        keepsRest: small < MOST_SMALL_PARTS,
      })
      if (stored.size === 0) throw stored.cut ? clientGone() : badRequest('empty_part', 'No bytes came.')
      if (position === 0 && stored.size >= headLength) await refuseWrongType(caller, before, stored.sha256)
      const upload = await database.transaction(caller.tenantId, async ({ tx }) => {
        await own(tx, caller, place, 'for update')
        const added = await addPart(tx, before, { position, size: stored.size, sha256: stored.sha256 })
        if (!added) throw conflict('upload_offset_conflict', 'The upload is not where this part begins.')
        await filesAreNamed(tx, [stored.sha256])
        return added
      })
      const ended = upload.received === upload.length
      const now = ended ? ((await finishUpload(finishing, upload, 'held')) ?? upload) : upload
      if (stored.cut) throw clientGone()
      if (now.problem) throw new Problem(now.problem)
      return now
    },

    async end(caller: Caller, place: Place): Promise<void> {
      const upload = await database.read(caller.tenantId, (tx) => own(tx, caller, place))
      await end(caller.tenantId, upload)
    },
  }

  /** Told by the first part, so that nobody sends the rest in vain. */
  async function refuseWrongType(caller: Caller, upload: UploadRow, sha256: string): Promise<void> {
    try {
      await acceptedType(files, sha256, upload.kind)
    } catch (error) {
      if (error instanceof Problem && error.status === 415) await end(caller.tenantId, upload)
      throw error
    }
  }
}

export interface Place {
  readonly projectId: string
  readonly id: string
}
