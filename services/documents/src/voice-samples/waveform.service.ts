import type { Waveform } from '@alta/contracts/resources/recognition'
import type { Database } from '@alta/kit/database/database'
import { notFound } from '@alta/kit/errors'
import type { Schema } from '../database/schema.ts'
import { visibleItem } from '../intake/item.access.ts'
import { wasRead } from '../intake/recognition.repository.ts'
import { existingVersion } from '../intake/version.service.ts'
import type { Caller } from '../projects/access.ts'
import { voiceSampleKind } from './voice-sample.kind.ts'
import { findWaveform } from './waveform.repository.ts'

export type WaveformService = ReturnType<typeof waveformService>

/** What recordings look like in a player. */
export function waveformService(database: Database<Schema>) {
  return {
    /**
     * @param version the current one when undefined
     * @throws {Problem} 404 `voice_sample_not_found`, `version_not_found`, `voice_sample_not_read`, `waveform_missing`
     */
    get(caller: Caller, id: string, version: number | undefined): Promise<Waveform> {
      return database.read(caller.tenantId, async (tx) => {
        const { item } = await visibleItem(tx, voiceSampleKind, id, caller)
        const wanted = version ?? item.version
        await existingVersion(tx, id, wanted)
        const found = await findWaveform(tx, id, wanted)
        if (found) return found
        if (!(await wasRead(tx, id, wanted))) {
          throw notFound(
            'voice_sample_not_read',
            `Version ${wanted} has not been read; its waveform comes with that.`,
          )
        }
        throw notFound(
          'waveform_missing',
          'The recording was read before waveforms were kept. ' +
            `Reading it again makes one: POST /api/v1/voice-samples/${id}/reprocess.`,
        )
      })
    },
  }
}
