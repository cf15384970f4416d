import { z } from 'zod'
import { event } from '../event.ts'
import { reviewFacts, reviewFactsExample } from '../resources/review.ts'

export const reviewClaimed = event({
  topic: 'review.claimed.v1',
  owner: 'reviews',
  summary: 'A reviewer works on an item until the claim expires.',
  schema: reviewFacts.extend({
    by: z.uuid(),
    expiresAt: z.iso.datetime(),
  }),
  example: {
    ...reviewFactsExample,
    by: '019a9d2e-0000-7000-8000-000000000003',
    expiresAt: '2026-11-22T12:15:00.000Z',
  },
  subject: (data) => data.reviewId,
})
