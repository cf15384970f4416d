import type { Segment } from '@alta/contracts/resources/recognition'
import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.ts'
import type { ReadingKey } from '../intake/reading.repository.ts'

type Tx = Kysely<Schema>

/** A statement takes 65,535 parameters and a segment needs nine. */
const SEGMENTS_PER_STATEMENT = 1000

export async function insertSegments(tx: Tx, key: ReadingKey, segments: readonly Segment[]): Promise<void> {
  for (let first = 0; first < segments.length; first += SEGMENTS_PER_STATEMENT) {
    const rows = segments.slice(first, first + SEGMENTS_PER_STATEMENT).map((segment, index) => ({
      recognition_id: key.recognitionId,
      result_sha256: key.sha256,
      position: first + index,
      tenant_id: key.tenantId,
      starts_at: segment.start,
      ends_at: segment.end,
      text: segment.text,
      confidence: segment.confidence,
      words: JSON.stringify(segment.words),
    }))
    await tx.insertInto('segments').values(rows).execute()
  }
}

export async function listSegments(tx: Tx, recognitionId: string, sha256: string): Promise<Segment[]> {
  return tx
    .selectFrom('segments')
    .select(['starts_at as start', 'ends_at as end', 'text', 'confidence', 'words'])
    .where('recognition_id', '=', recognitionId)
    .where('result_sha256', '=', sha256)
    .orderBy('position')
    .execute()
}
