import { z } from 'zod'
import { event } from '../event.ts'
import { storedFile } from '../resources/file.ts'

export const voiceTranscriptionRequested = event({
  topic: 'voice.transcription-requested.v1',
  owner: 'documents',
  summary: 'A version of a recording has to be read.',
  schema: z.object({
    voiceSampleId: z.uuid(),
    projectId: z.uuid(),
    /** One run of the engine over one version: results of an older run are ignored. */
    recognitionId: z.uuid(),
    version: z.number().int().min(1),
    file: storedFile,
    /** ISO 639-1 codes, most likely first. */
    languages: z.array(z.string()).min(1),
  }),
  example: {
    voiceSampleId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    recognitionId: '019a9d2e-0000-7000-8000-000000000005',
    version: 1,
    file: { sha256: 'a'.repeat(64), size: 48_213, mediaType: 'audio/wav' },
    languages: ['en', 'fr'],
  },
  subject: (data) => data.voiceSampleId,
  slow: true,
})
