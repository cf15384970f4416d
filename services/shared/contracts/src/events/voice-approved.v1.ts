import { z } from 'zod'
import { event } from '../event.ts'

export const voiceApproved = event({
  topic: 'voice.approved.v1',
  owner: 'documents',
  summary: 'The text of a recording is approved, by a person or because the machine was sure.',
  schema: z.object({
    voiceSampleId: z.uuid(),
    projectId: z.uuid(),
    version: z.number().int().min(1),
    /** Null when nobody had to look. */
    by: z.uuid().nullable(),
  }),
  example: {
    voiceSampleId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    version: 1,
    by: '019a9d2e-0000-7000-8000-000000000003',
  },
  subject: (data) => data.voiceSampleId,
})
