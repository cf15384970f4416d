import { type Kysely, type Selectable, sql } from 'kysely'
import type { RecognitionTable, Schema } from '../database/schema.ts'
import type { FailureCause } from './failure.ts'
import type { Verdict } from './status.ts'

export type RecognitionRow = Selectable<RecognitionTable>

type Tx = Kysely<Schema>

export async function insertRecognition(
  tx: Tx,
  row: Pick<RecognitionRow, 'id' | 'tenant_id' | 'item_id' | 'version' | 'languages'>,
): Promise<void> {
  await tx.insertInto('recognitions').values(row).execute()
}

export async function findRecognition(tx: Tx, id: string): Promise<RecognitionRow | undefined> {
  return tx.selectFrom('recognitions').selectAll().where('id', '=', id).executeTakeFirst()
}

/** The latest run over a version of the item; there may be as many as somebody has asked for. */
export async function latestRun(
  tx: Tx,
  itemId: string,
  version: number,
): Promise<RecognitionRow | undefined> {
  return tx
    .selectFrom('recognitions')
    .selectAll()
    .where('item_id', '=', itemId)
    .where('version', '=', version)
    .orderBy('requested_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Runs over the item of which the engine has told nothing, of the last day: what is older than that is not coming. */
export async function countUntold(tx: Tx, itemId: string): Promise<number> {
  const { rows } = await sql<{ runs: number }>`
    select count(*)::int as runs from recognitions
    where item_id = ${itemId} and requested_at > now() - interval '1 day'
      and coalesce(machine_result, approved_result, unused_result, failure_code) is null`.execute(tx)
  return rows[0]?.runs ?? 0
}

/** Whether an engine has ever read this version. */
export async function wasRead(tx: Tx, itemId: string, version: number): Promise<boolean> {
  const run = await tx
    .selectFrom('recognitions')
    .select('id')
    .where('item_id', '=', itemId)
    .where('version', '=', version)
    .where(sql<boolean>`coalesce(machine_result, approved_result) is not null`)
    .limit(1)
    .executeTakeFirst()
  return run !== undefined
}

export async function saveStart(tx: Tx, id: string, at: Date): Promise<RecognitionRow> {
  return tx
    .updateTable('recognitions')
    .set({ started_at: at })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function saveMachineResult(
  tx: Tx,
  id: string,
  result: { engine: string; sha256: string },
): Promise<RecognitionRow> {
  return tx
    .updateTable('recognitions')
    .set({ engine: result.engine, machine_result: result.sha256 })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function saveFailure(
  tx: Tx,
  id: string,
  failure: { code: string; detail: string; cause: FailureCause },
): Promise<RecognitionRow> {
  return tx
    .updateTable('recognitions')
    .set({ failure_code: failure.code, failure_detail: failure.detail, failure_cause: failure.cause })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export interface NewVerdict {
  readonly verdict: Verdict
  /** Grows with every change of the review; an event that comes late does not replace a later one. */
  readonly order: number
  readonly by: string | null
  readonly approvedResult: string | null
}

/** @returns nothing when a later verdict is known already */
export async function saveVerdict(tx: Tx, id: string, next: NewVerdict): Promise<RecognitionRow | undefined> {
  const { rows } = await sql<RecognitionRow>`
    update recognitions
    set verdict = ${next.verdict}, verdict_order = ${next.order}, verdict_by = ${next.by},
        approved_result = ${next.approvedResult}
    where id = ${id} and (verdict_order is null or verdict_order < ${next.order})
    returning *
  `.execute(tx)
  return rows[0]
}

/** What was read although another run counts by now. @returns false when the item was purged */
export async function saveUnusedResult(tx: Tx, id: string, sha256: string): Promise<boolean> {
  const { rows } = await sql`
    update recognitions set unused_result = ${sha256} where id = ${id} returning id`.execute(tx)
  return rows.length > 0
}

/**
 * With their readings, pages, segments, pictures and waveforms.
 * @returns the files that they named, but for those that reviewers have made: `reviews` removes these itself
 */
export async function purgeRecognitions(tx: Tx, itemIds: readonly string[]): Promise<string[]> {
  // The rows that go with a run are still seen by the statement that deletes it.
  const { rows } = await sql<{ sha256: string }>`
    with gone as (
      delete from recognitions where item_id = any(${itemIds}::uuid[])
      returning id, machine_result, unused_result, case when verdict_by is null then approved_result end as settled)
    select sha256 from page_pictures where recognition_id in (select id from gone)
    union
    select sha256 from gone cross join lateral (values (machine_result), (unused_result), (settled)) file (sha256)
    where sha256 is not null`.execute(tx)
  return rows.map((row) => row.sha256)
}
