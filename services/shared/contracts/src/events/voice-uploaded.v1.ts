import { z } from 'zod'
import { event } from '../event.ts'
import { storedFile } from '../resources/file.ts'

export const voiceUploaded = event({
  topic: 'voice.uploaded.v1',
  owner: 'documents',
  summary: 'A recording, or a new version of one, is stored.',
  schema: z.object({
    voiceSampleId: z.uuid(),
    projectId: z.uuid(),
    version: z.number().int().min(1),
    title: z.string(),
    file: storedFile,
    uploadedBy: z.uuid(),
  }),
  example: {
    voiceSampleId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    version: 1,
    title: 'A letter',
    file: { sha256: 'a'.repeat(64), size: 48_213, mediaType: 'audio/wav' },
    uploadedBy: '019a9d2e-0000-7000-8000-000000000001',
  },
  subject: (data) => data.voiceSampleId,
})
