import type { Database, TransactionScope } from '@alta/kit/database/database'
import { conflict } from '@alta/kit/errors'
import { requireMatch } from '@alta/kit/http/etag'
import type { ReceivedFile } from '@alta/kit/http/route'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { Schema } from '../database/schema.ts'
import { type Caller, requireRole } from '../projects/access.ts'
import type { ProjectRow } from '../projects/project.repository.ts'
import { visibleProject } from '../projects/project.service.ts'
import { duplicate, itemWithSameBytes } from './duplicates.ts'
import { filesAreNamed } from './file.repository.ts'
import { addHistory } from './history.repository.ts'
import { currentVersion, storedFile, subjectOf, visibleItem } from './item.access.ts'
import { type ItemRow, insertItem, updateItem } from './item.repository.ts'
import { type ItemSummary, summaryOf, type UploadedItem } from './item.resource.ts'
import type { Kind } from './kind.ts'
import { countUntold, insertRecognition } from './recognition.repository.ts'
import { findVersion, insertVersion, type VersionRow } from './version.repository.ts'

/** What may be said about a file beside its bytes; the project and the file's name say the rest. */
export interface NewItem {
  readonly title?: string | undefined
  readonly language?: string | undefined
  readonly tags?: string[] | undefined
}

type Scope = TransactionScope<Schema>

export type IntakeService = ReturnType<typeof intakeService>

/** How files come in and are given to an engine: new items, new versions, another try. */
export function intakeService(database: Database<Schema>, kind: Kind) {
  return {
    /** Whether the caller may upload to a project, asked before the file is taken. */
    admitUpload: (caller: Caller, projectId: string): Promise<void> =>
      database.read(caller.tenantId, async (tx) => {
        requireRole((await visibleProject(tx, projectId, caller)).role, 'reviewer')
      }),

    /** The same for a new version of an item. */
    admitVersion: (caller: Caller, id: string): Promise<void> =>
      database.read(caller.tenantId, async (tx) => {
        requireRole((await visibleItem(tx, kind, id, caller)).role, 'reviewer')
      }),

    upload(caller: Caller, projectId: string, file: ReceivedFile<NewItem>): Promise<UploadedItem> {
      return database.transaction(caller.tenantId, async (scope) => {
        const { project, role } = await visibleProject(scope.tx, projectId, caller, 'for share')
        requireRole(role, 'reviewer')
        return takeIn(scope, kind, caller, project, file)
      })
    },

    addVersion(
      caller: Caller,
      id: string,
      file: ReceivedFile,
      ifMatch: string | undefined,
    ): Promise<ItemSummary> {
      return database.transaction(caller.tenantId, async (scope) => {
        const { item: before, role } = await visibleItem(scope.tx, kind, id, caller, 'for update')
        requireRole(role, 'reviewer')
        requireMatch(ifMatch, before.revision)
        const current = await findVersion(scope.tx, id, before.version)
        if (current?.sha256 === file.sha256)
          throw await duplicate(scope.tx, kind, before.project_id, file.sha256)
        const version = await storeVersion(
          scope,
          kind,
          { ...before, version: before.version + 1 },
          caller,
          file,
        )
        const item = await restart(scope, kind, before, version.number)
        const details = { version: version.number, fileName: file.fileName }
        await addHistory(scope.tx, item, { action: 'version_added', by: caller.userId, details })
        announceUpload(scope, kind, item, version)
        await requestReading(scope, kind, item, version)
        return summaryOf(item, version)
      })
    },

    /** @throws {Problem} as `reprocessItem` */
    reprocess: (caller: Caller, id: string, ifMatch: string | undefined): Promise<ItemSummary> =>
      database.transaction(caller.tenantId, (scope) => reprocessItem(scope, kind, caller, id, ifMatch)),
  }
}

/**
 * A new item out of a file that is in storage, given to its engine. Whether the caller may is asked before; the
 * project must be locked. Nothing was written when it throws for a duplicate.
 * @throws {Problem} 409 of a duplicate
 */
export async function takeIn(
  scope: Scope,
  kind: Kind,
  caller: Pick<Caller, 'userId' | 'tenantId'>,
  project: ProjectRow,
  file: ReceivedFile<NewItem>,
): Promise<UploadedItem> {
  const place = { id: randomUUIDv7(), tenant_id: caller.tenantId, project_id: project.id, version: 1 }
  const version = await storeVersion(scope, kind, place, caller, file)
  const item = await insertItem(scope.tx, kind.table, {
    id: place.id,
    tenant_id: place.tenant_id,
    project_id: project.id,
    title: file.fields.title ?? titleFrom(file.fileName),
    language: file.fields.language ?? project.language,
    tags: file.fields.tags ?? [],
    status: 'uploaded',
    recognition_id: randomUUIDv7(),
    uploaded_by: caller.userId,
  })
  await addHistory(scope.tx, item, {
    action: 'uploaded',
    by: caller.userId,
    details: { fileName: file.fileName },
  })
  announceUpload(scope, kind, item, version)
  await requestReading(scope, kind, item, version)
  const twin = await itemWithSameBytes(scope.tx, kind, {
    projectId: project.id,
    sha256: file.sha256,
    except: item.id,
  })
  return { ...summaryOf(item, version), sameBytesInTrash: twin?.trashed ? twin.id : null }
}

/** An engine reads whatever was asked for, wanted still or not, and everybody's items wait behind it. */
const MOST_UNTOLD = 3

/**
 * Reads the current version again; whatever is still on its way from the engine no longer counts.
 * @throws {Problem} 404, 403 `project_role_required`, 412, 409 `being_read`
 */
export async function reprocessItem(
  scope: Scope,
  kind: Kind,
  caller: Caller,
  id: string,
  ifMatch: string | undefined,
): Promise<ItemSummary> {
  const { item: before, role } = await visibleItem(scope.tx, kind, id, caller, 'for update')
  requireRole(role, 'reviewer')
  requireMatch(ifMatch, before.revision)
  if ((await countUntold(scope.tx, id)) >= MOST_UNTOLD)
    throw conflict('being_read', `It is waiting to be read ${MOST_UNTOLD} times already.`)
  const version = await currentVersion(scope.tx, before)
  const item = await restart(scope, kind, before, before.version)
  await addHistory(scope.tx, item, { action: 'reprocess_requested', by: caller.userId })
  await requestReading(scope, kind, item, version)
  return summaryOf(item, version)
}

async function storeVersion(
  { tx }: Scope,
  kind: Kind,
  place: { id: string; tenant_id: string; project_id: string; version: number },
  caller: Pick<Caller, 'userId'>,
  file: ReceivedFile,
): Promise<VersionRow> {
  const version = await insertVersion(tx, {
    item_id: place.id,
    number: place.version,
    tenant_id: place.tenant_id,
    project_id: place.project_id,
    kind: kind.name,
    sha256: file.sha256,
    size: file.size,
    media_type: file.mediaType,
    file_name: file.fileName,
    uploaded_by: caller.userId,
  })
  if (version) {
    await filesAreNamed(tx, [file.sha256])
    return version
  }
  throw await duplicate(tx, kind, place.project_id, file.sha256)
}

/** The item waits for a new run of the engine; what the last one read is kept under its version. */
function restart({ tx }: Scope, kind: Kind, item: ItemRow, version: number): Promise<ItemRow> {
  return updateItem(tx, kind.table, item.id, {
    version,
    recognition_id: randomUUIDv7(),
    status: 'uploaded',
    text: null,
    confidence: null,
    failure_code: null,
    failure_detail: null,
    failure_cause: null,
  })
}

async function requestReading(
  { tx, emit }: Scope,
  kind: Kind,
  item: ItemRow,
  version: VersionRow,
): Promise<void> {
  const recognitionId = item.recognition_id
  const languages = [item.language]
  const run = {
    id: recognitionId,
    tenant_id: item.tenant_id,
    item_id: item.id,
    version: version.number,
    languages,
  }
  await insertRecognition(tx, run)
  kind.announce.readingRequested(emit, subjectOf(item), {
    recognitionId,
    file: storedFile(version),
    languages,
  })
}

function announceUpload({ emit }: Scope, kind: Kind, item: ItemRow, version: VersionRow): void {
  const data = { title: item.title, file: storedFile(version), uploadedBy: version.uploaded_by }
  kind.announce.uploaded(emit, subjectOf(item), data)
}

/** "invoice 12.pdf" is called "invoice 12" until somebody says better. */
const titleFrom = (fileName: string): string => fileName.replace(/(?<=.)\.[^.\s]{1,10}$/, '')
