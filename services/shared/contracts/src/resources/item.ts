import { z } from 'zod'

/**
 * uploaded: stored, and waiting for its engine. processing: the engine reads it, or the review policy is being
 * applied to what it has read. in_review: a person has to look. approved, rejected, failed: settled until
 * somebody reprocesses the item or adds a version.
 */
export const itemStatus = z.enum(['uploaded', 'processing', 'in_review', 'approved', 'rejected', 'failed'])
