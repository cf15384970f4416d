import { z } from 'zod'

/** RFC 9457 problem details, as every service and the gateway answer errors. */
export const problemDetails = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  /** Stable, machine-readable: programs switch on this. */
  code: z.string(),
  detail: z.string(),
  requestId: z.string(),
  /** For validation: one entry per fault; `path` is dotted from the root of the part named first, as `body.email`. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})

export type ProblemDetails = z.infer<typeof problemDetails>
