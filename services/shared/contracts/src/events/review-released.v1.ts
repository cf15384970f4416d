import { z } from 'zod'
import { event } from '../event.ts'
import { reviewFacts, reviewFactsExample } from '../resources/review.ts'

export const reviewReleased = event({
  topic: 'review.released.v1',
  owner: 'reviews',
  summary: 'An item is free again: given back, its claim ended by an owner, or expired.',
  schema: reviewFacts.extend({
    /** Null when nobody did it: the claim expired, or who had it may no longer review in the project. */
    by: z.uuid().nullable(),
  }),
  example: {
    ...reviewFactsExample,
    by: null,
  },
  subject: (data) => data.reviewId,
})
