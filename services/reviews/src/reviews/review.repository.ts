import type { ReviewKind } from '@alta/contracts/resources/review'
import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import type { ReviewItemsTable, ReviewsSchema } from '../database/schema.ts'
import { type Action, type ReviewState, type Status, statusesBefore } from './review.machine.ts'

type Tx = Kysely<ReviewsSchema>

export interface Review extends ReviewState {
  readonly id: string
  readonly tenantId: string
  readonly projectId: string
  readonly kind: ReviewKind
  readonly subjectId: string
  readonly recognitionId: string
  readonly confidence: number
  readonly certainty: number
  readonly traceparent: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export type QueueStatus = 'open' | 'claimed' | 'done'

/** Position in the queue: least sure first, then oldest (ids are UUIDv7). */
export interface QueuePosition {
  readonly certainty: number
  readonly id: string
}

/**
 * One page of what a person may see.
 * @param wanted.userId whose projects; null for somebody who reviews in all of them
 */
export async function findQueue(
  tx: Tx,
  wanted: {
    tenantId: string
    userId: string | null
    status: QueueStatus
    projectId: string | undefined
    /** Without those on which this person gave the last verdict: somebody else has to look now. */
    notLastBy?: string | undefined
    after: QueuePosition | undefined
    limit: number
    now: Date
  },
): Promise<Review[]> {
  const { rows } = await sql<Selectable<ReviewItemsTable>>`
    select i.*
    from review_items i
    where i.tenant_id = ${wanted.tenantId}
      and ${inStatus(wanted.status, wanted.now)}
      and not exists (
        select from projects p where p.project_id = i.project_id and p.deleted_at is not null)
      and not exists (
        select from subjects s where s.subject_id = i.subject_id and s.deleted_at is not null)
      ${
        wanted.userId === null
          ? sql``
          : sql`
      and i.project_id in (
        select project_id from members where user_id = ${wanted.userId} and removed_at is null)`
      }
      ${
        wanted.projectId === undefined
          ? sql``
          : sql`
      and i.project_id = ${wanted.projectId}`
      }
      ${
        wanted.notLastBy === undefined
          ? sql``
          : sql`
      and (i.round = 1 or not exists (
        select from verdicts v
        where v.item_id = i.id and v.round = i.round - 1 and v.decided_by = ${wanted.notLastBy}
          and v.verdict in ('approved', 'sent-back')
          and not exists (select from verdicts u where u.undoes = v.id)))`
      }
      ${
        wanted.after === undefined
          ? sql``
          : sql`
      and (i.certainty, i.id) > (${wanted.after.certainty}::double precision, ${wanted.after.id}::uuid)`
      }
    order by i.certainty, i.id
    limit ${wanted.limit}`.execute(tx)
  return rows.map(toReview)
}

/** The lists of statuses repeat the conditions of the partial indexes, so that these are used. */
function inStatus(status: QueueStatus, now: Date): RawBuilder<unknown> {
  if (status === 'done') return sql`i.status in ('approved', 'rejected')`
  const free = sql`(i.status = 'open' or i.claim_expires_at <= ${now})`
  return sql`i.status in ('open', 'claimed') and ${status === 'open' ? free : sql`not ${free}`}`
}

export async function findReview(tx: Tx, id: string): Promise<Review | undefined> {
  const row = await tx.selectFrom('review_items').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toReview(row)
}

/** Holds the item until the transaction ends: of many who want it at once, one goes on and the others wait. */
export async function lockReview(tx: Tx, id: string): Promise<Review | undefined> {
  const { rows } = await sql<Selectable<ReviewItemsTable>>`
    select * from review_items where id = ${id} for update`.execute(tx)
  return rows[0] && toReview(rows[0])
}

/** Writes what actions change. The item must be locked. */
export async function saveState(tx: Tx, id: string, state: ReviewState, now: Date): Promise<void> {
  await tx
    .updateTable('review_items')
    .set({
      status: state.status,
      round: state.round,
      version: state.version,
      claimed_by: state.claimedBy,
      claim_expires_at: state.claimExpiresAt,
      current_sha256: state.current.sha256,
      current_size: state.current.size,
      updated_at: now,
    })
    .where('id', '=', id)
    .execute()
}

export async function insertReview(tx: Tx, review: Review): Promise<void> {
  await tx
    .insertInto('review_items')
    .values({
      id: review.id,
      tenant_id: review.tenantId,
      project_id: review.projectId,
      kind: review.kind,
      subject_id: review.subjectId,
      recognition_id: review.recognitionId,
      confidence: review.confidence,
      certainty: review.certainty,
      status: review.status,
      round: review.round,
      version: review.version,
      current_sha256: review.current.sha256,
      current_size: review.current.size,
      claimed_by: review.claimedBy,
      claim_expires_at: review.claimExpiresAt,
      traceparent: review.traceparent,
      created_at: review.createdAt,
      updated_at: review.updatedAt,
    })
    .execute()
}

/** Frees up to `limit` items whose claims have run out; leaves those that somebody works on this moment. */
export async function expireClaims(tx: Tx, now: Date, limit: number): Promise<Review[]> {
  const { rows } = await sql<Selectable<ReviewItemsTable>>`
    update review_items
    set status = 'open', claimed_by = null, claim_expires_at = null, version = version + 1, updated_at = ${now}
    where id = any (array(
      select id from review_items
      where status = 'claimed' and claim_expires_at <= ${now}
      order by claim_expires_at
      limit ${limit}
      for update skip locked))
    returning *`.execute(tx)
  return rows.map(toReview)
}

/**
 * Live claims of a person on other items than this one. Counted in turn: another claim of the same person waits until
 * this transaction ends, so that of many at once none is overlooked.
 */
export async function countOtherClaims(tx: Tx, userId: string, id: string, now: Date): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`claims of ${userId}`}, 0))`.execute(tx)
  // A statement of its own: one sees what was committed before it began, and not what it has waited for.
  const { rows } = await sql<{ claims: number }>`
    select count(*)::int as claims from review_items
    where status = 'claimed' and claimed_by = ${userId} and id <> ${id} and claim_expires_at > ${now}`.execute(
    tx,
  )
  return rows[0]?.claims ?? 0
}

/** Frees what a person has claimed in a project. */
export async function freeClaims(
  tx: Tx,
  { projectId, userId }: { projectId: string; userId: string },
  now: Date,
): Promise<Review[]> {
  const { rows } = await sql<Selectable<ReviewItemsTable>>`
    update review_items
    set status = 'open', claimed_by = null, claim_expires_at = null, version = version + 1, updated_at = ${now}
    where status = 'claimed' and claimed_by = ${userId} and project_id = ${projectId}
    returning *`.execute(tx)
  return rows.map(toReview)
}

export const supersedeItems = (tx: Tx, subjectId: string, now: Date): Promise<void> =>
  endItems(tx, sql`subject_id = ${subjectId}`, 'supersede', now)

export const closeItemsOfSubject = (tx: Tx, subjectId: string, now: Date): Promise<void> =>
  endItems(tx, sql`subject_id = ${subjectId}`, 'close', now)

/** Reopens what the deletion of its subject has closed, unless a newer reading has come since. */
export async function reopenItemOfSubject(tx: Tx, subjectId: string, now: Date): Promise<Review | undefined> {
  const { rows } = await sql<Selectable<ReviewItemsTable>>`
    update review_items item
    set status = 'open', version = item.version + 1, updated_at = ${now}
    from subjects
    where item.subject_id = ${subjectId} and subjects.subject_id = item.subject_id
      and item.recognition_id = subjects.recognition_id
      and item.status in (${sql.join(statusesBefore('reopen'))})
    returning item.*`.execute(tx)
  return rows[0] && toReview(rows[0])
}

/**
 * Removes a subject's items with every verdict. The subject must be marked as purged.
 * @returns the files of what people made of it; what the engine read is in the first one, and not ours to remove
 */
export async function purgeItemsOfSubject(tx: Tx, subjectId: string): Promise<string[]> {
  // Whoever decides at this moment is waited for, and whoever comes later finds nothing.
  await sql`select from review_items where subject_id = ${subjectId} for update`.execute(tx)
  const { rows } = await sql<{ sha256: string }>`
    select distinct file.sha256
    from review_items i
    join verdicts v on v.item_id = i.id
    cross join lateral (values (v.before_sha256), (v.after_sha256)) file (sha256)
    where i.subject_id = ${subjectId} and file.sha256 <> (
      select first.before_sha256 from verdicts first where first.item_id = i.id order by first.item_version limit 1)
    `.execute(tx)
  await sql`
    delete from verdicts where item_id in (
      select id from review_items where subject_id = ${subjectId})`.execute(tx)
  await sql`delete from review_items where subject_id = ${subjectId}`.execute(tx)
  return rows.map(({ sha256 }) => sha256)
}

export const closeItemsOfProject = (tx: Tx, projectId: string, now: Date): Promise<void> =>
  endItems(tx, sql`project_id = ${projectId}`, 'close', now)

async function endItems(
  tx: Tx,
  which: RawBuilder<unknown>,
  action: Extract<Action, 'supersede' | 'close'>,
  now: Date,
): Promise<void> {
  const ends: Record<typeof action, Status> = { supersede: 'superseded', close: 'closed' }
  await sql`
    update review_items
    set status = ${ends[action]}, claimed_by = null, claim_expires_at = null,
        version = version + 1, updated_at = ${now}
    where ${which} and status in (${sql.join(statusesBefore(action))})`.execute(tx)
}

const toReview = (row: Selectable<ReviewItemsTable>): Review => ({
  id: row.id,
  tenantId: row.tenant_id,
  projectId: row.project_id,
  kind: row.kind,
  subjectId: row.subject_id,
  recognitionId: row.recognition_id,
  confidence: row.confidence,
  certainty: row.certainty,
  status: row.status,
  round: row.round,
  version: row.version,
  current: { sha256: row.current_sha256, size: row.current_size },
  claimedBy: row.claimed_by,
  claimExpiresAt: row.claim_expires_at,
  traceparent: row.traceparent,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})
