import { z } from 'zod'
import { event } from '../event.ts'

export const documentOcrStarted = event({
  topic: 'document.ocr-started.v1',
  owner: 'ocr',
  summary: 'An engine has begun to read a document.',
  schema: z.object({
    documentId: z.uuid(),
    projectId: z.uuid(),
    /** One run of the engine over one version: results of an older run are ignored. */
    recognitionId: z.uuid(),
  }),
  example: {
    documentId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    recognitionId: '019a9d2e-0000-7000-8000-000000000005',
  },
  subject: (data) => data.documentId,
})
