import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { Kysely, Selectable } from 'kysely'
import type { ReviewsSchema, VerdictsTable } from '../database/schema.ts'
import type { NewVerdict, Verdict } from './review.machine.ts'
import type { Review } from './review.repository.ts'

type Tx = Kysely<ReviewsSchema>

/** A verdict with the texts that it was given on and led to, for the item's history. */
export interface RecordedVerdict extends Verdict {
  /** Version of the item that it led to, and `sequence` of the event that told of it. */
  readonly itemVersion: number
  readonly beforeText: string
  readonly afterText: string
}

const facts = [
  'id',
  'round',
  'verdict',
  'decided_by',
  'decided_at',
  'reason',
  'before_sha256',
  'before_size',
  'after_sha256',
  'after_size',
  'corrections',
  'agreed',
  'agreement',
  'undoes',
] as const

/** All of an item's, oldest first, without the texts: enough to say who may do what. */
export async function findVerdicts(tx: Tx, itemId: string): Promise<Verdict[]> {
  const rows = await verdictsOf(tx, itemId).select(facts).execute()
  return rows.map(toVerdict)
}

export async function findRecordedVerdicts(tx: Tx, itemId: string): Promise<RecordedVerdict[]> {
  const rows = await verdictsOf(tx, itemId)
    .select([...facts, 'item_version', 'before_text', 'after_text'])
    .execute()
  return rows.map((row) => ({
    ...toVerdict(row),
    itemVersion: row.item_version,
    beforeText: row.before_text,
    afterText: row.after_text,
  }))
}

const verdictsOf = (tx: Tx, itemId: string) =>
  tx.selectFrom('verdicts').where('item_id', '=', itemId).orderBy('item_version')

const toVerdict = (row: Pick<Selectable<VerdictsTable>, (typeof facts)[number]>): Verdict => ({
  id: row.id,
  round: row.round,
  verdict: row.verdict,
  by: row.decided_by,
  at: row.decided_at,
  reason: row.reason,
  before: { sha256: row.before_sha256, size: row.before_size },
  after: { sha256: row.after_sha256, size: row.after_size },
  corrections: row.corrections,
  agreed: row.agreed,
  agreement: row.agreement,
  undoes: row.undoes,
})

/** @param itemVersion of the item after the verdict */
export async function insertVerdict(
  tx: Tx,
  review: Review,
  itemVersion: number,
  verdict: NewVerdict,
  texts: { before: string; after: string },
): Promise<void> {
  await tx
    .insertInto('verdicts')
    .values({
      id: randomUUIDv7(),
      tenant_id: review.tenantId,
      item_id: review.id,
      item_version: itemVersion,
      round: verdict.round,
      verdict: verdict.verdict,
      decided_by: verdict.by,
      decided_at: verdict.at,
      reason: verdict.reason,
      before_sha256: verdict.before.sha256,
      before_size: verdict.before.size,
      before_text: texts.before,
      after_sha256: verdict.after.sha256,
      after_size: verdict.after.size,
      after_text: texts.after,
      corrections: JSON.stringify(verdict.corrections),
      agreed: verdict.agreed,
      agreement: verdict.agreement,
      undoes: verdict.undoes,
    })
    .execute()
}
