import { z } from 'zod'
import { event } from '../event.ts'
import { storedFile } from '../resources/file.ts'
import { reviewKind } from '../resources/review.ts'

export const reviewApproved = event({
  topic: 'review.approved.v1',
  owner: 'reviews',
  summary: 'The text of an item is settled.',
  schema: z.object({
    /** Null when nobody had to look. */
    reviewId: z.uuid().nullable(),
    kind: reviewKind,
    /** The document or voice sample. */
    subjectId: z.uuid(),
    projectId: z.uuid(),
    recognitionId: z.uuid(),
    by: z.uuid().nullable(),
    /** JSON of the corrected `recognisedDocument` or `transcript`. */
    result: storedFile,
    corrections: z.number().int().min(0),
  }),
  example: {
    reviewId: '019a9d2e-0000-7000-8000-000000000006',
    kind: 'document',
    subjectId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    recognitionId: '019a9d2e-0000-7000-8000-000000000005',
    by: '019a9d2e-0000-7000-8000-000000000003',
    result: { sha256: 'a'.repeat(64), size: 48_213, mediaType: 'application/json' },
    corrections: 2,
  },
  subject: (data) => data.subjectId,
})
