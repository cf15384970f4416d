import { z } from 'zod'
import { event } from '../event.ts'

export const documentRejected = event({
  topic: 'document.rejected.v1',
  owner: 'documents',
  summary: 'A person has rejected a document.',
  schema: z.object({
    documentId: z.uuid(),
    projectId: z.uuid(),
    version: z.number().int().min(1),
    by: z.uuid(),
    reason: z.string(),
  }),
  example: {
    documentId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    version: 1,
    by: '019a9d2e-0000-7000-8000-000000000003',
    reason: 'Page 2 is missing.',
  },
  subject: (data) => data.documentId,
})
