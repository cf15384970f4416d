import { z } from 'zod'
import { event } from '../event.ts'
import { reviewFacts, reviewFactsExample } from '../resources/review.ts'

export const reviewRejected = event({
  topic: 'review.rejected.v1',
  owner: 'reviews',
  summary: 'A reviewer refuses an item for good.',
  schema: reviewFacts.extend({
    by: z.uuid(),
    reason: z.string(),
  }),
  example: {
    ...reviewFactsExample,
    by: '019a9d2e-0000-7000-8000-000000000003',
    reason: 'The second page is upside down.',
  },
  subject: (data) => data.reviewId,
})
