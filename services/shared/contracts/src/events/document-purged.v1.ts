import { z } from 'zod'
import { event } from '../event.ts'

export const documentPurged = event({
  topic: 'document.purged.v1',
  owner: 'documents',
  summary: 'A document left the trash for good: nobody can bring it back.',
  schema: z.object({
    documentId: z.uuid(),
    projectId: z.uuid(),
    /** Null: it had been in the trash for as long as anything is kept there. */
    by: z.uuid().nullable(),
  }),
  example: {
    documentId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    by: '019a9d2e-0000-7000-8000-000000000001',
  },
  subject: (data) => data.documentId,
})
