import { type Segment, type Transcript, transcript } from '@alta/contracts/resources/recognition'
import type { Kind } from '../intake/kind.ts'
import { insertSegments, listSegments } from './segment.repository.ts'
import { voiceSampleEvents } from './voice-sample.events.ts'
import { saveWaveform } from './waveform.repository.ts'

export const voiceSampleKind: Kind<Transcript, Segment> = {
  name: 'voice',
  table: 'voice_samples',
  noun: 'voice sample',
  idName: 'voiceSampleId',
  codes: { notFound: 'voice_sample_not_found', duplicate: 'duplicate_voice_sample' },
  announce: voiceSampleEvents,
  result: transcript,
  textOf: (content) => content.text,
  durationOf: (content) => content.duration,
  filesOf: () => [],
  async saveParts(tx, key, content) {
    await insertSegments(tx, key, content.segments)
    if (content.waveform) await saveWaveform(tx, key, content.waveform)
  },
  listParts: listSegments,
}
