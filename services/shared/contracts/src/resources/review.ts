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
