import { z } from 'zod'
import { event } from '../event.ts'

export const documentOcrFailed = event({
  topic: 'document.ocr-failed.v1',
  owner: 'ocr',
  summary: 'A document could not be read; the file is kept.',
  schema: z.object({
    documentId: z.uuid(),
    projectId: z.uuid(),
    /** One run of the engine over one version: results of an older run are ignored. */
    recognitionId: z.uuid(),
    version: z.number().int().min(1),
    /** Stable reason, as shown on the item: `unreadable_file`, `no_speech`, `engine_missing`, `engine_failed`, … */
    code: z.string(),
    detail: z.string(),
    /** Whether the same bytes may be read at another time. */
    temporary: z.boolean(),
  }),
  example: {
    documentId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    recognitionId: '019a9d2e-0000-7000-8000-000000000005',
    version: 1,
    code: 'unreadable_file',
    detail: 'The file ends in the middle of a page.',
    temporary: false,
  },
  subject: (data) => data.documentId,
})
