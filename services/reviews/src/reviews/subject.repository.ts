import type { ReviewKind } from '@alta/contracts/resources/review'
import { type Kysely, sql } from 'kysely'
import type { ReviewsSchema } from '../database/schema.ts'

type Tx = Kysely<ReviewsSchema>

/** One run of an engine over one version of a document or recording. */
export interface Recognition {
  readonly tenantId: string
  readonly projectId: string
  readonly kind: ReviewKind
  readonly subjectId: string
  readonly version: number
  /** UUIDv7: a later run over the same version has the greater id. */
  readonly recognitionId: string
}

export type Subject = Pick<Recognition, 'tenantId' | 'projectId' | 'kind' | 'subjectId'>

/**
 * Notes that a subject has been read, and locks it until the transaction ends.
 * @returns nothing when the same or a newer reading is known already, or the subject was purged
 */
export async function advanceSubject(
  tx: Tx,
  recognition: Recognition,
): Promise<{ deleted: boolean } | undefined> {
  const { tenantId, projectId, kind, subjectId, version, recognitionId } = recognition
  const { rows } = await sql<{ deleted: boolean }>`
    insert into subjects (subject_id, tenant_id, project_id, kind, version, recognition_id)
    values (${subjectId}, ${tenantId}, ${projectId}, ${kind}, ${version}, ${recognitionId})
    on conflict (subject_id) do update
    set version = excluded.version, recognition_id = excluded.recognition_id
    where (subjects.version, coalesce(subjects.recognition_id, '00000000-0000-0000-0000-000000000000'))
      < (excluded.version, excluded.recognition_id)
      and subjects.purged_at is null
    returning deleted_at is not null as deleted`.execute(tx)
  return rows[0]
}

/**
 * Notes whether a subject is deleted, and locks it until the transaction ends. Also for one that we have not heard
 * of yet: a late reading of what is deleted must not lay it before anybody.
 * @returns false when something newer is known
 */
export async function markSubject(
  tx: Tx,
  subject: Subject,
  news: { deletedAt: Date | null; sequence: number },
): Promise<boolean> {
  const { tenantId, projectId, kind, subjectId } = subject
  const { deletedAt, sequence } = news
  const { rows } = await sql`
    insert into subjects (subject_id, tenant_id, project_id, kind, version, recognition_id, deleted_at, sequence)
    values (${subjectId}, ${tenantId}, ${projectId}, ${kind}, 0, null, ${deletedAt}, ${sequence})
    on conflict (subject_id) do update set deleted_at = excluded.deleted_at, sequence = excluded.sequence
    where subjects.sequence <= excluded.sequence and subjects.purged_at is null
    returning subject_id`.execute(tx)
  return rows.length > 0
}

/** Notes that a subject is gone for good, and locks it until the transaction ends. */
export async function markPurged(tx: Tx, subject: Subject, at: Date): Promise<void> {
  const { tenantId, projectId, kind, subjectId } = subject
  await sql`
    insert into subjects (subject_id, tenant_id, project_id, kind, version, recognition_id, deleted_at, purged_at)
    values (${subjectId}, ${tenantId}, ${projectId}, ${kind}, 0, null, ${at}, ${at})
    on conflict (subject_id) do update
    set purged_at = excluded.purged_at, deleted_at = coalesce(subjects.deleted_at, excluded.deleted_at)`.execute(
    tx,
  )
}

/** Whether it lies in the trash, or is gone for good. */
export async function isDeleted(tx: Tx, subjectId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('subjects')
    .select('deleted_at')
    .where('subject_id', '=', subjectId)
    .executeTakeFirst()
  return Boolean(row?.deleted_at)
}

/**
 * Holds off newer readings until the transaction ends. To be taken before the lock on an item, as the
 * handlers of readings do: the other way round the two could wait for each other.
 */
export async function lockSubject(tx: Tx, subjectId: string): Promise<void> {
  await sql`select from subjects where subject_id = ${subjectId} for update`.execute(tx)
}

/** What stands in the way of reopening an item: its subject was deleted, or has been read again since. */
export async function fateOf(
  tx: Tx,
  item: { subjectId: string; recognitionId: string },
): Promise<'current' | 'superseded' | 'closed'> {
  const subject = await tx
    .selectFrom('subjects')
    .select(['recognition_id', 'deleted_at'])
    .where('subject_id', '=', item.subjectId)
    .executeTakeFirst()
  if (!subject || subject.deleted_at) return 'closed'
  return subject.recognition_id === item.recognitionId ? 'current' : 'superseded'
}
