import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { noteTransition } from './intake.metrics.ts'
import { type ItemRow, updateItem } from './item.repository.ts'
import type { Kind } from './kind.ts'
import { findReading, type ReadingRow } from './reading.repository.ts'
import { findRecognition, type RecognitionRow } from './recognition.repository.ts'
import { statusOf } from './status.ts'

type Tx = Kysely<Schema>

/** The result that counts: the approved one, else the machine's. */
export const resultThatCounts = (run: RecognitionRow): string | null =>
  run.verdict === 'approved' ? run.approved_result : run.machine_result

export async function currentReading(tx: Tx, item: ItemRow): Promise<ReadingRow | undefined> {
  const run = await findRecognition(tx, item.recognition_id)
  return run && findReading(tx, run.id, resultThatCounts(run))
}

export interface Settled {
  readonly item: ItemRow
  /**
   * Whether the status became another one: then, and only then, others are told. Of what is in the trash nobody is;
   * that it was restored, and as what, is told when it is.
   */
  readonly changed: boolean
}

/** Brings an item's row in line with what is known about its current run. The item must be locked. */
export async function settle(tx: Tx, kind: Kind, before: ItemRow, run: RecognitionRow): Promise<Settled> {
  const status = statusOf(run)
  const reading = await findReading(tx, run.id, resultThatCounts(run))
  const item = await updateItem(tx, kind.table, before.id, {
    status,
    text: reading?.text ?? null,
    confidence: reading?.confidence ?? null,
    failure_code: status === 'failed' ? run.failure_code : null,
    failure_detail: status === 'failed' ? run.failure_detail : null,
    failure_cause: status === 'failed' ? run.failure_cause : null,
  })
  const changed = status !== before.status && before.deleted_at === null
  if (changed) noteTransition(kind.name, before.status, status, run.requested_at)
  return { item, changed }
}
