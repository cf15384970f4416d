import { z } from 'zod'
import { event } from '../event.ts'

export const documentDeleted = event({
  topic: 'document.deleted.v1',
  owner: 'documents',
  summary: 'A document is gone for its readers.',
  schema: z.object({
    documentId: z.uuid(),
    projectId: z.uuid(),
  }),
  example: {
    documentId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
  },
  subject: (data) => data.documentId,
})
