import { z } from 'zod'
import { event } from '../event.ts'

export const voiceRejected = event({
  topic: 'voice.rejected.v1',
  owner: 'documents',
  summary: 'A person has rejected a recording.',
  schema: z.object({
    voiceSampleId: z.uuid(),
    projectId: z.uuid(),
    version: z.number().int().min(1),
    by: z.uuid(),
    reason: z.string(),
  }),
  example: {
    voiceSampleId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    version: 1,
    by: '019a9d2e-0000-7000-8000-000000000003',
    reason: 'Page 2 is missing.',
  },
  subject: (data) => data.voiceSampleId,
})
