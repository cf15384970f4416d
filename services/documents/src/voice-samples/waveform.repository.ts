import type { Waveform } from '@alta/contracts/resources/recognition'
import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.ts'
import type { ReadingKey } from '../intake/reading.repository.ts'

type Tx = Kysely<Schema>

/** Of the run and not of a reading: a person corrects words, and the recording sounds the same. */
export async function saveWaveform(
  tx: Tx,
  { recognitionId, tenantId }: ReadingKey,
  { secondsPerPair, peaks }: Waveform,
): Promise<void> {
  await tx
    .insertInto('waveforms')
    .values({ recognition_id: recognitionId, tenant_id: tenantId, seconds_per_pair: secondsPerPair, peaks })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Of the last run over this version that has one: it sounds the same while it is being read once more. */
export async function findWaveform(tx: Tx, itemId: string, version: number): Promise<Waveform | undefined> {
  return tx
    .selectFrom('recognitions')
    .innerJoin('waveforms', 'waveforms.recognition_id', 'recognitions.id')
    .select(['waveforms.seconds_per_pair as secondsPerPair', 'waveforms.peaks'])
    .where('recognitions.item_id', '=', itemId)
    .where('recognitions.version', '=', version)
    .orderBy('recognitions.requested_at', 'desc')
    .orderBy('recognitions.id', 'desc')
    .limit(1)
    .executeTakeFirst()
}
