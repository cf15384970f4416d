import { z } from 'zod'
import { event } from '../event.ts'

export const voiceDeleted = event({
  topic: 'voice.deleted.v1',
  owner: 'documents',
  summary: 'A recording is gone for its readers.',
  schema: z.object({
    voiceSampleId: z.uuid(),
    projectId: z.uuid(),
  }),
  example: {
    voiceSampleId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
  },
  subject: (data) => data.voiceSampleId,
})
