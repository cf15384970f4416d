import { z } from 'zod'
import { event } from '../event.ts'

export const voiceTranscriptionFailed = event({
  topic: 'voice.transcription-failed.v1',
  owner: 'transcription',
  summary: 'A recording could not be read; the file is kept.',
  schema: z.object({
    voiceSampleId: z.uuid(),
    projectId: z.uuid(),
    /** One run of the engine over one version: results of an older run are ignored. */
    recognitionId: z.uuid(),
    version: z.number().int().min(1),
    /** Stable reason, as shown on the item: `unreadable_file`, `no_speech`, `engine_missing`, `engine_failed`, … */
    code: z.string(),
    detail: z.string(),
    /** Whether the same bytes may be read at another time. */
    temporary: z.boolean(),
  }),
  example: {
    voiceSampleId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    recognitionId: '019a9d2e-0000-7000-8000-000000000005',
    version: 1,
    code: 'no_speech',
    detail: 'The recording holds no speech.',
    temporary: false,
  },
  subject: (data) => data.voiceSampleId,
})
