import { z } from 'zod'

export const reviewKind = z.enum(['document', 'voice'])

/**
 * A change of one word by a reviewer. Positions are indexes into the item's words in reading order:
 * for a document over all its pages, for a recording over all its segments.
 */
export const correction = z.object({
  index: z.number().int().min(0),
  before: z.string().max(2000),
  after: z.string().max(2000),
})

export type Correction = z.infer<typeof correction>
export type ReviewKind = z.infer<typeof reviewKind>

/** What every event about a review item says of it. */
export const reviewFacts = z.object({
  reviewId: z.uuid(),
  kind: reviewKind,
  /** The document or voice sample. */
  subjectId: z.uuid(),
  projectId: z.uuid(),
  recognitionId: z.uuid(),
})

export const reviewFactsExample: z.infer<typeof reviewFacts> = {
  reviewId: '019a9d2e-0000-7000-8000-000000000006',
  kind: 'document',
  subjectId: '019a9d2e-0000-7000-8000-000000000004',
  projectId: '019a9d2e-0000-7000-8000-000000000002',
  recognitionId: '019a9d2e-0000-7000-8000-000000000005',
}
