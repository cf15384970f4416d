import type { Kysely, Selectable } from 'kysely'
import type { Schema } from '../database/schema.ts'

export type ReadingRow = Selectable<Schema['readings']>

/** One reading of one run: what the engine left, or what a person made of it. */
export interface ReadingKey {
  readonly tenantId: string
  readonly recognitionId: string
  readonly sha256: string
}

type Tx = Kysely<Schema>

/** @returns false when the reading is there already, with its pages or segments */
export async function insertReading(
  tx: Tx,
  key: ReadingKey,
  reading: Pick<ReadingRow, 'text' | 'confidence' | 'duration'>,
): Promise<boolean> {
  const inserted = await tx
    .insertInto('readings')
    .values({
      recognition_id: key.recognitionId,
      result_sha256: key.sha256,
      tenant_id: key.tenantId,
      text: reading.text,
      confidence: reading.confidence,
      duration: reading.duration,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('recognition_id')
    .execute()
  return inserted.length > 0
}

export async function findReading(
  tx: Tx,
  recognitionId: string,
  sha256: string | null,
): Promise<ReadingRow | undefined> {
  if (sha256 === null) return undefined
  return tx
    .selectFrom('readings')
    .selectAll()
    .where('recognition_id', '=', recognitionId)
    .where('result_sha256', '=', sha256)
    .executeTakeFirst()
}
