import { z } from 'zod'
import { event } from '../event.ts'
import { reviewKind } from '../resources/review.ts'

export const reviewRejected = event({
  topic: 'review.rejected.v1',
  owner: 'reviews',
  summary: 'A reviewer refuses an item for good.',
  schema: z.object({
    reviewId: z.uuid(),
    kind: reviewKind,
    /** The document or voice sample. */
    subjectId: z.uuid(),
    projectId: z.uuid(),
    recognitionId: z.uuid(),
    by: z.uuid(),
    reason: z.string(),
  }),
  example: {
    reviewId: '019a9d2e-0000-7000-8000-000000000006',
    kind: 'document',
    subjectId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    recognitionId: '019a9d2e-0000-7000-8000-000000000005',
    by: '019a9d2e-0000-7000-8000-000000000003',
    reason: 'The second page is upside down.',
  },
  subject: (data) => data.reviewId,
})
