import { z } from 'zod'
import { event } from '../event.ts'
import { itemStatus } from '../resources/item.ts'

export const documentRestored = event({
  topic: 'document.restored.v1',
  owner: 'documents',
  summary: 'A document was taken back from the trash, as far as it had come by then.',
  schema: z.object({
    documentId: z.uuid(),
    projectId: z.uuid(),
    /** Number of the current file version. */
    version: z.number().int().min(1),
    title: z.string(),
    status: itemStatus,
    /** The run whose results count. */
    recognitionId: z.uuid(),
    by: z.uuid(),
  }),
  example: {
    documentId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    version: 1,
    title: 'A letter',
    status: 'in_review',
    recognitionId: '019a9d2e-0000-7000-8000-000000000005',
    by: '019a9d2e-0000-7000-8000-000000000001',
  },
  subject: (data) => data.documentId,
})
