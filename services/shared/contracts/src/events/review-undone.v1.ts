import { z } from 'zod'
import { event } from '../event.ts'
import { reviewFacts, reviewFactsExample } from '../resources/review.ts'

export const reviewUndone = event({
  topic: 'review.undone.v1',
  owner: 'reviews',
  summary: 'The last verdict on an item is taken back; the item is open again.',
  schema: reviewFacts.extend({
    by: z.uuid(),
    /** The verdict that no longer counts. */
    verdict: z.enum(['approved', 'rejected', 'sent-back']),
    /** `sequence` of the event that told of that verdict. */
    undoes: z.number().int().min(1).optional(),
  }),
  example: {
    ...reviewFactsExample,
    by: '019a9d2e-0000-7000-8000-000000000003',
    verdict: 'approved',
    undoes: 3,
  },
  subject: (data) => data.reviewId,
})
