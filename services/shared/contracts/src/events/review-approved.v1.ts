import { z } from 'zod'
import { event } from '../event.ts'
import { storedFile } from '../resources/file.ts'
import { reviewFacts, reviewFactsExample } from '../resources/review.ts'

export const reviewApproved = event({
  topic: 'review.approved.v1',
  owner: 'reviews',
  summary: 'The text of an item is settled.',
  schema: reviewFacts.extend({
    /** Null when nobody had to look. */
    reviewId: z.uuid().nullable(),
    by: z.uuid().nullable(),
    /** JSON of the corrected `recognisedDocument` or `transcript`. */
    result: storedFile,
    corrections: z.number().int().min(0),
    /** Words of the reading that was decided on, where a person decided. */
    words: z.number().int().min(0).optional(),
    /** Of a second approval: whether both came to the same text, each from the engine's own. */
    agreed: z.boolean().optional(),
    /** The same as a share of the words, 0 to 1. */
    agreement: z.number().min(0).max(1).optional(),
  }),
  example: {
    ...reviewFactsExample,
    by: '019a9d2e-0000-7000-8000-000000000003',
    result: { sha256: 'a'.repeat(64), size: 48_213, mediaType: 'application/json' },
    corrections: 2,
    words: 140,
  },
  subject: (data) => data.subjectId,
})
