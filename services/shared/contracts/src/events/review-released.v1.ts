import { z } from 'zod'
import { event } from '../event.ts'
import { reviewKind } from '../resources/review.ts'

export const reviewReleased = event({
  topic: 'review.released.v1',
  owner: 'reviews',
  summary: 'An item is free again: given back, or its claim has expired.',
  schema: z.object({
    reviewId: z.uuid(),
    kind: reviewKind,
    /** The document or voice sample. */
    subjectId: z.uuid(),
    projectId: z.uuid(),
    recognitionId: z.uuid(),
    /** Null when the claim expired. */
    by: z.uuid().nullable(),
  }),
  example: {
    reviewId: '019a9d2e-0000-7000-8000-000000000006',
    kind: 'document',
    subjectId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    recognitionId: '019a9d2e-0000-7000-8000-000000000005',
    by: null,
  },
  subject: (data) => data.reviewId,
})
