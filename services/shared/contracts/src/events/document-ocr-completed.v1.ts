import { z } from 'zod'
import { event } from '../event.ts'
import { storedFile } from '../resources/file.ts'
import { confidence } from '../resources/recognition.ts'

export const documentOcrCompleted = event({
  topic: 'document.ocr-completed.v1',
  owner: 'ocr',
  summary: 'A document has been read; what was read lies in file storage.',
  schema: z.object({
    documentId: z.uuid(),
    projectId: z.uuid(),
    /** One run of the engine over one version: results of an older run are ignored. */
    recognitionId: z.uuid(),
    version: z.number().int().min(1),
    engine: z.string(),
    confidence,
    pages: z.number().int().min(1),
    /** JSON of the `recognisedDocument` schema. */
    result: storedFile,
  }),
  example: {
    documentId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    recognitionId: '019a9d2e-0000-7000-8000-000000000005',
    version: 1,
    engine: 'tesseract',
    confidence: 0.93,
    pages: 3,
    result: { sha256: 'a'.repeat(64), size: 48_213, mediaType: 'application/json' },
  },
  subject: (data) => data.documentId,
})
