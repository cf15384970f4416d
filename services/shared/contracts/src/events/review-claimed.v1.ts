import { z } from 'zod'
import { event } from '../event.ts'
import { reviewKind } from '../resources/review.ts'

export const reviewClaimed = event({
  topic: 'review.claimed.v1',
  owner: 'reviews',
  summary: 'A reviewer works on an item until the claim expires.',
  schema: z.object({
    reviewId: z.uuid(),
    kind: reviewKind,
    /** The document or voice sample. */
    subjectId: z.uuid(),
    projectId: z.uuid(),
    recognitionId: z.uuid(),
    by: z.uuid(),
    expiresAt: z.iso.datetime(),
  }),
  example: {
    reviewId: '019a9d2e-0000-7000-8000-000000000006',
    kind: 'document',
    subjectId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    recognitionId: '019a9d2e-0000-7000-8000-000000000005',
    by: '019a9d2e-0000-7000-8000-000000000003',
    expiresAt: '2026-11-22T12:15:00.000Z',
  },
  subject: (data) => data.reviewId,
})
