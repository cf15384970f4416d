import { z } from 'zod'
import { event } from '../event.ts'
import { storedFile } from '../resources/file.ts'

export const documentUploaded = event({
  topic: 'document.uploaded.v1',
  owner: 'documents',
  summary: 'A document, or a new version of one, is stored.',
  schema: z.object({
    documentId: z.uuid(),
    projectId: z.uuid(),
    version: z.number().int().min(1),
    title: z.string(),
    file: storedFile,
    uploadedBy: z.uuid(),
  }),
  example: {
    documentId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    version: 1,
    title: 'A letter',
    file: { sha256: 'a'.repeat(64), size: 48_213, mediaType: 'application/pdf' },
    uploadedBy: '019a9d2e-0000-7000-8000-000000000001',
  },
  subject: (data) => data.documentId,
})
