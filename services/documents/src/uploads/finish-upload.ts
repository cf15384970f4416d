import { Readable } from 'node:stream'
import { documentMediaTypes, voiceMediaTypes } from '@alta/contracts/resources/file'
import type { Database, TransactionScope } from '@alta/kit/database/database'
import { Problem, unsupportedMediaType } from '@alta/kit/errors'
import { headLength, mediaTypeOf } from '@alta/kit/http/media-type'
import type { FileStorage } from '@alta/kit/storage/storage'
import { log } from '@alta/kit/telemetry/log'
import type { Schema } from '../database/schema.ts'
import { filesAreReleased } from '../intake/file.repository.ts'
import { takeIn } from '../intake/intake.service.ts'
import type { Kind } from '../intake/kind.ts'
import { projectNotFound } from '../projects/access.ts'
import { findProject } from '../projects/project.repository.ts'
import type { Joins } from './joins.ts'
import {
  CLAIM_SECONDS,
  claimUpload,
  extendClaim,
  findUpload,
  listParts,
  type PartRow,
  removeParts,
  saveOutcome,
  type UploadRow,
} from './upload.repository.ts'

const accepted = { document: documentMediaTypes, voice: voiceMediaTypes } as const

/**
 * What is told by the first bytes of a file.
 * @throws {Problem} 415 `unsupported_media_type`, as for a file that comes in one piece
 */
export async function acceptedType(files: FileStorage, sha256: string, kind: Kind['name']): Promise<string> {
  const head = Buffer.concat(await (await files.open(sha256, { start: 0, end: headLength - 1 })).toArray())
  const found = await mediaTypeOf(head)
  if (found !== undefined && accepted[kind].some((one) => one === found)) return found
  throw unsupportedMediaType(
    `By its content the file is ${found ?? 'of a type that is not known here'}.`,
    accepted[kind],
  )
}

export interface Finishing {
  readonly database: Database<Schema>
  readonly files: FileStorage
  readonly kinds: readonly Kind[]
  readonly joins: Joins
}

/** A join that has failed is tried again after so long, however often somebody asks. */
const RETRY_SECONDS = 60

/**
 * Makes an item of an upload whose bytes have all come, by the way that files in one piece take, and notes what became
 * of it in the same transaction. May be called by anybody as often as they like: one of them at a time, over all
 * replicas, does it, and so many as `joins` allows in this process; the others hear at once how far it is.
 * @param claim `held` by whom the last part has made its keeper
 */
export async function finishUpload(
  finishing: Finishing,
  whole: Pick<UploadRow, 'id' | 'tenant_id'>,
  claim: 'held' | 'wanted' = 'wanted',
): Promise<UploadRow | undefined> {
  const { database, files, joins } = finishing
  const { id, tenant_id: tenantId } = whole
  const extend = (seconds: number) => database.transaction(tenantId, ({ tx }) => extendClaim(tx, id, seconds))
  const { isMine, upload, parts } = await database.transaction(tenantId, async ({ tx }) => {
    const isMine = claim === 'held' || (await claimUpload(tx, id))
    return { isMine, upload: await findUpload(tx, id), parts: isMine ? await listParts(tx, id) : [] }
  })
  if (!isMine || !upload) return upload
  const [only] = parts
  if (parts.length === 1 && only) return takeWhole(finishing, whole, only.sha256)
  if (!joins.begin()) {
    await extend(0)
    return upload
  }
  const atIt = setInterval(() => {
    extend(CLAIM_SECONDS).catch((error: unknown) =>
      log.warn({ err: error, uploadId: id }, 'cannot tell that an upload is still being finished'),
    )
  }, CLAIM_SECONDS * 300)
  try {
    const { sha256 } = await files.put(joined(files, parts))
    return await takeWhole(finishing, whole, sha256)
  } catch (error) {
    // Should the database be away the claim ends by itself.
    await extend(RETRY_SECONDS).catch(() => undefined)
    throw error
  } finally {
    clearInterval(atIt)
    joins.end()
  }
}

async function takeWhole(
  { database, files, kinds }: Finishing,
  { id, tenant_id: tenantId }: Pick<UploadRow, 'id' | 'tenant_id'>,
  sha256: string,
): Promise<UploadRow | undefined> {
  return database.transaction(tenantId, async (scope) => {
    const before = await findUpload(scope.tx, id, 'for update')
    if (!before || before.outcome !== null) return before
    await saveOutcome(scope.tx, id, await outcomeOf(scope, files, kinds, before, sha256))
    await filesAreReleased(scope.tx, await removeParts(scope.tx, [id]))
    return findUpload(scope.tx, id)
  })
}

async function outcomeOf(
  scope: TransactionScope<Schema>,
  files: FileStorage,
  kinds: readonly Kind[],
  upload: UploadRow,
  sha256: string,
): Promise<Parameters<typeof saveOutcome>[2]> {
  const kind = kinds.find(({ name }) => name === upload.kind)
  if (!kind) throw new Error(`upload ${upload.id} is of no kind that is known`)
  const { created_by: userId, tenant_id: tenantId, project_id: projectId } = upload
  try {
    // That the person may was asked when the last byte came; since then it is accepted.
    const project = await findProject(scope.tx, projectId, userId, 'for share')
    if (!project) throw projectNotFound()
    const item = await takeIn(scope, kind, { userId, tenantId }, project, {
      sha256,
      size: Number(upload.length),
      mediaType: await acceptedType(files, sha256, upload.kind),
      fileName: upload.file_name,
      fields: {
        title: upload.title ?? undefined,
        language: upload.language ?? undefined,
        tags: upload.tags ?? undefined,
      },
    })
    return { outcome: 'created', itemId: item.id, problem: null }
  } catch (error) {
    // Refusals come before anything is written; whatever else goes wrong is tried again.
    if (!(error instanceof Problem) || error.status >= 500) throw error
    const existing = error.extensions[kind.idName]
    if (error.code === kind.codes.duplicate && typeof existing === 'string')
      return { outcome: 'duplicate', itemId: existing, problem: null }
    const { status, code, detail } = error
    return { outcome: 'refused', itemId: null, problem: { status, code, detail } }
  }
}

const joined = (files: FileStorage, parts: readonly PartRow[]): Readable =>
  Readable.from(
    (async function* () {
      for (const { sha256 } of parts) yield* await files.open(sha256)
    })(),
    { objectMode: false },
  )
