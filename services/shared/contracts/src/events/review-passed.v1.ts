import { z } from 'zod'
import { event } from '../event.ts'
import { reviewFacts, reviewFactsExample } from '../resources/review.ts'

export const reviewPassed = event({
  topic: 'review.passed.v1',
  owner: 'reviews',
  summary: 'A first reviewer has approved an item; the project wants a second one to look.',
  schema: reviewFacts.extend({
    by: z.uuid(),
    corrections: z.number().int().min(0),
    /** Words of the reading that was decided on. */
    words: z.number().int().min(0),
  }),
  example: {
    ...reviewFactsExample,
    by: '019a9d2e-0000-7000-8000-000000000003',
    corrections: 2,
    words: 140,
  },
  subject: (data) => data.reviewId,
})
