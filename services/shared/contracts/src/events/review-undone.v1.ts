import { z } from 'zod'
import { event } from '../event.ts'
import { reviewKind } from '../resources/review.ts'

export const reviewUndone = event({
  topic: 'review.undone.v1',
  owner: 'reviews',
  summary: 'The last verdict on an item is taken back; the item is open again.',
  schema: z.object({
    reviewId: z.uuid(),
    kind: reviewKind,
    /** The document or voice sample. */
    subjectId: z.uuid(),
    projectId: z.uuid(),
    recognitionId: z.uuid(),
    by: z.uuid(),
    /** The verdict that no longer counts. */
    verdict: z.enum(['approved', 'rejected', 'sent-back']),
  }),
  example: {
    reviewId: '019a9d2e-0000-7000-8000-000000000006',
    kind: 'document',
    subjectId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    recognitionId: '019a9d2e-0000-7000-8000-000000000005',
    by: '019a9d2e-0000-7000-8000-000000000003',
    verdict: 'approved',
  },
  subject: (data) => data.reviewId,
})
