import { z } from 'zod'
import { event } from '../event.ts'
import { reviewFacts, reviewFactsExample } from '../resources/review.ts'

const { reviewId: _, ...subject } = reviewFactsExample

export const reviewFailed = event({
  topic: 'review.failed.v1',
  owner: 'reviews',
  summary: 'What was read could be neither approved nor given to a person: the item cannot go on by itself.',
  schema: reviewFacts.omit({ reviewId: true }).extend({
    /** Stable reason, as shown on the item. */
    code: z.string(),
    detail: z.string(),
  }),
  example: { ...subject, code: 'review_failed', detail: 'The policy of the project is not known.' },
  subject: (data) => data.subjectId,
})
