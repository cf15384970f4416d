import { z } from 'zod'

/** Mails that Alta sends; `notifications` owns their texts. */
export const emailTemplate = z.enum([
  'welcome',
  'item-in-review',
  'item-approved',
  'item-rejected',
  'item-failed',
])

export type EmailTemplate = z.infer<typeof emailTemplate>
