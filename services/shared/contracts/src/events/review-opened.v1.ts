import { z } from 'zod'
import { event } from '../event.ts'
import { confidence } from '../resources/recognition.ts'
import { reviewKind } from '../resources/review.ts'

export const reviewOpened = event({
  topic: 'review.opened.v1',
  owner: 'reviews',
  summary: 'The machine was unsure: a person has to look.',
  schema: z.object({
    reviewId: z.uuid(),
    kind: reviewKind,
    /** The document or voice sample. */
    subjectId: z.uuid(),
    projectId: z.uuid(),
    recognitionId: z.uuid(),
    confidence,
    round: z.number().int().min(1),
  }),
  example: {
    reviewId: '019a9d2e-0000-7000-8000-000000000006',
    kind: 'document',
    subjectId: '019a9d2e-0000-7000-8000-000000000004',
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    recognitionId: '019a9d2e-0000-7000-8000-000000000005',
    confidence: 0.71,
    round: 1,
  },
  subject: (data) => data.reviewId,
})
