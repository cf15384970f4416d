import { z } from 'zod'
import { event } from '../event.ts'
import { confidence } from '../resources/recognition.ts'
import { reviewFacts, reviewFactsExample } from '../resources/review.ts'

export const reviewOpened = event({
  topic: 'review.opened.v1',
  owner: 'reviews',
  summary: 'The machine was unsure: a person has to look.',
  schema: reviewFacts.extend({
    confidence,
    round: z.number().int().min(1),
  }),
  example: {
    ...reviewFactsExample,
    confidence: 0.71,
    round: 1,
  },
  subject: (data) => data.reviewId,
})
