import { z } from 'zod'
import { event } from '../event.ts'
import { reviewFacts, reviewFactsExample } from '../resources/review.ts'

export const reviewReleased = event({
  topic: 'review.released.v1',
  owner: 'reviews',
  summary: 'An item is free again: given back, or its claim has expired.',
  schema: reviewFacts.extend({
    /** Null when the claim expired. */
    by: z.uuid().nullable(),
  }),
  example: {
    ...reviewFactsExample,
    by: null,
  },
  subject: (data) => data.reviewId,
})
