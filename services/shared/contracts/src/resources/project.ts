import { z } from 'zod'

/** When a machine's reading goes to a person. Confidences run from 0 to 1; below the threshold means review. */
export const reviewPolicy = z.object({
  /** A page or recording whose mean confidence is lower goes to review. */
  minimumConfidence: z.number().min(0).max(1).default(0.9),
  /** One word less certain than this is enough to send the item to review. */
  minimumWordConfidence: z.number().min(0).max(1).default(0.6),
  /** A second person has to approve what the first one approved. */
  secondReviewer: z.boolean().default(false),
})

export const projectRole = z.enum(['owner', 'reviewer', 'viewer'])

export type ReviewPolicy = z.infer<typeof reviewPolicy>
export type ProjectRole = z.infer<typeof projectRole>
