import { type Kysely, type Selectable, sql } from 'kysely'
import type { Schema, UploadRefusal } from '../database/schema.ts'

type Tx = Kysely<Schema>

export type UploadRow = Selectable<Schema['uploads']>
export type PartRow = Selectable<Schema['upload_parts']>

/**
 * For so long a whole upload is somebody's to finish, unless they say that they are at it still. By the database's
 * clock, which all replicas share.
 */
export const CLAIM_SECONDS = 60

export async function insertUpload(
  tx: Tx,
  row: Pick<
    UploadRow,
    | ('id' | 'tenant_id' | 'project_id' | 'kind' | 'metadata' | 'file_name')
    | ('title' | 'language' | 'tags' | 'created_by')
  > & { length: number },
): Promise<UploadRow> {
  return tx.insertInto('uploads').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function findUpload(tx: Tx, id: string, lock?: 'for update'): Promise<UploadRow | undefined> {
  return tx
    .selectFrom('uploads')
    .selectAll()
    .where('id', '=', id)
    .$if(lock === 'for update', (query) => query.forUpdate())
    .executeTakeFirst()
}

/** How many uploads of a person have no end yet. */
export async function countOpenUploads(tx: Tx, tenantId: string, userId: string): Promise<number> {
  const { open } = await tx
    .selectFrom('uploads')
    .select(sql<number>`count(*)::int`.as('open'))
    .where('tenant_id', '=', tenantId)
    .where('created_by', '=', userId)
    .where('outcome', 'is', null)
    .executeTakeFirstOrThrow()
  return open
}

/** How many parts of an upload are smaller than a part has to be: what a connection that broke has left. */
export async function countSmallParts(tx: Tx, uploadId: string, smallest: number): Promise<number> {
  const { small } = await tx
    .selectFrom('upload_parts')
    .select(sql<number>`count(*)::int`.as('small'))
    .where('upload_id', '=', uploadId)
    .where('size', '<', String(smallest))
    .executeTakeFirstOrThrow()
  return small
}

/**
 * Adds a part where the last one ended. Of two that come at once for the same place, from wherever, one is taken; whose
 * part is the last has claimed the whole as well.
 * @returns nothing when the upload has gone on, or is gone
 */
export async function addPart(
  tx: Tx,
  upload: Pick<UploadRow, 'id' | 'tenant_id'>,
  part: { position: number; size: number; sha256: string },
): Promise<UploadRow | undefined> {
  const { rows } = await sql<UploadRow>`
    update uploads set received = received + ${part.size}, touched_at = now(),
      finishing_until = case when received + ${part.size} = length then ${inSeconds(CLAIM_SECONDS)} end
    where id = ${upload.id} and received = ${part.position} and received + ${part.size} <= length
      and outcome is null
    returning *`.execute(tx)
  if (!rows[0]) return undefined
  const { id: upload_id, tenant_id } = upload
  await tx
    .insertInto('upload_parts')
    .values({ upload_id, tenant_id, ...part })
    .execute()
  return rows[0]
}

/**
 * Makes a whole upload the caller's to finish.
 * @returns false, without waiting, when it is somebody else's, or has come to its end
 */
export async function claimUpload(tx: Tx, id: string): Promise<boolean> {
  const { rows } = await sql`
    update uploads set finishing_until = ${inSeconds(CLAIM_SECONDS)}
    where id = (select id from uploads where id = ${id} and ${unclaimed} for update skip locked)
    returning id`.execute(tx)
  return rows.length > 0
}

/** Whoever has claimed an upload has it for so much longer; with 0 seconds it is anybody's again. */
export async function extendClaim(tx: Tx, id: string, seconds: number): Promise<void> {
  await sql`
    update uploads set finishing_until = ${inSeconds(seconds)} where id = ${id} and outcome is null`.execute(
    tx,
  )
}

const inSeconds = (seconds: number) => sql`clock_timestamp() + make_interval(secs => ${seconds})`

const unclaimed = sql`received = length and outcome is null
  and (finishing_until is null or finishing_until <= clock_timestamp())`

/** In their order. */
export async function listParts(tx: Tx, uploadId: string): Promise<PartRow[]> {
  return tx
    .selectFrom('upload_parts')
    .selectAll()
    .where('upload_id', '=', uploadId)
    .orderBy('position')
    .execute()
}

/** @returns the files that they named */
export async function removeParts(tx: Tx, uploadIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ sha256: string }>`
    delete from upload_parts where upload_id = any(${uploadIds}::uuid[]) returning sha256`.execute(tx)
  return rows.map(({ sha256 }) => sha256)
}

export async function saveOutcome(
  tx: Tx,
  id: string,
  end: { outcome: UploadRow['outcome']; itemId: string | null; problem: UploadRefusal | null },
): Promise<void> {
  const problem = end.problem && JSON.stringify(end.problem)
  await tx
    .updateTable('uploads')
    .set({
      outcome: end.outcome,
      item_id: end.itemId,
      problem,
      touched_at: sql`now()`,
      finishing_until: null,
    })
    .where('id', '=', id)
    .execute()
}

export async function deleteUploads(tx: Tx, ids: readonly string[]): Promise<void> {
  await sql`delete from uploads where id = any(${ids}::uuid[])`.execute(tx)
}

/** Locks uploads that nobody has gone on with for so long. What is whole is never given up: it has been accepted. */
export async function lockAbandoned(tx: Tx, options: { hours: number; limit: number }): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from uploads
    where touched_at < now() - make_interval(hours => ${options.hours})
      and (received < length or outcome is not null)
    order by touched_at
    limit ${options.limit}
    for update skip locked`.execute(tx)
  return rows.map(({ id }) => id)
}

/** Whole ones that nobody makes an item of: their process is gone, or had others to finish. */
export async function findWaiting(tx: Tx, limit: number): Promise<Pick<UploadRow, 'id' | 'tenant_id'>[]> {
  const { rows } = await sql<Pick<UploadRow, 'id' | 'tenant_id'>>`
    select id, tenant_id from uploads where ${unclaimed} order by touched_at limit ${limit}`.execute(tx)
  return rows
}
