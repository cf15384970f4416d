import { z } from 'zod'
import { event } from '../event.ts'
import { storedFile } from '../resources/file.ts'
import { confidence } from '../resources/recognition.ts'

export const voiceTranscriptionCompleted = event({
  topic: 'voice.transcription-completed.v1',
  owner: 'transcription',
  summary: 'A recording has been read; what was read lies in file storage.',
  schema: z.object({
    voiceSampleId: z.uuid(),
    projectId: z.uuid(),
    /** One run of the engine over one version: results of an older run are ignored. */
    recognitionId: z.uuid(),
    version: z.number().int().min(1),
    engine: z.string(),
    confidence,
    /** Seconds. */
    duration: z.number().min(0),
    /** JSON of the `transcript` schema. */
    result: storedFile,
  }),
  example: {
    voiceSampleId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    recognitionId: '019a9d2e-0000-7000-8000-000000000005',
    version: 1,
    engine: 'pocketsphinx',
    confidence: 0.93,
    duration: 12.4,
    result: { sha256: 'a'.repeat(64), size: 48_213, mediaType: 'application/json' },
  },
  subject: (data) => data.voiceSampleId,
})
