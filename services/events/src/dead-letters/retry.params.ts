import { z } from 'zod'
import { selection } from './selection.ts'

/** How carefully a retry goes. */
export const pace = {
  steps: z
    .array(z.number().int().min(1).max(100_000))
    .max(10)
    .default([1, 10, 100])
    .describe('Messages in each of the first steps; then all that are left. Empty: all at once'),
  perSecond: z.number().int().min(1).max(500).default(50).describe('Copies a second, at most'),
  threshold: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Share of a step that may fail again; with more the retry stops itself'),
  patienceSeconds: z
    .number()
    .int()
    .min(1)
    .max(86_400)
    .default(1_800)
    .describe('How long a step without any news waits for copies that have not answered'),
}
export const paceOptions = z.strictObject(pace)
export type Pace = z.output<typeof paceOptions>

/** Parameters of the task `dead-letter-retry`. */
export const retryParams = z.strictObject({
  selection,
  until: z.iso
    .datetime()
    .optional()
    .describe('Leaves out what was filed later; the start of the task unless told'),
  ...pace,
})

/** Parameters of the tasks `dead-letter-edit` and `dead-letter-discard`: what was asked for, and agreed to, is kept. */
export const proposalParams = z.strictObject({ proposal: z.uuid() })

/** Parameters of the task `dead-letter-restore`. */
export const restoreParams = z.strictObject({ selection, until: z.iso.datetime().optional() })
