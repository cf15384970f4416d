import { z } from 'zod'
import { event } from '../event.ts'
import { reviewFacts, reviewFactsExample } from '../resources/review.ts'

export const reviewSentBack = event({
  topic: 'review.sent-back.v1',
  owner: 'reviews',
  summary: 'A reviewer returns an item to the queue with a reason.',
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
