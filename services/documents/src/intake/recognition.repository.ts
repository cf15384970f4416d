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

/** All runs over the item's versions, the latest first. */
export async function listRecognitions(tx: Tx, itemId: string): Promise<RecognitionRow[]> {
  return tx
    .selectFrom('recognitions')
    .selectAll()
    .where('item_id', '=', itemId)
    .orderBy('requested_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
}

/** Whether an engine has ever read this version. */
export async function wasRead(tx: Tx, itemId: string, version: number): Promise<boolean> {
  const runs = await listRecognitions(tx, itemId)
  return runs.some((run) => run.version === version && (run.machine_result ?? run.approved_result) !== null)
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

/** With their readings, pages and segments. */
export async function purgeRecognitions(tx: Tx, itemIds: readonly string[]): Promise<void> {
  await sql`delete from recognitions where item_id = any(${itemIds}::uuid[])`.execute(tx)
}
