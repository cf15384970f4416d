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

/** Mails about an account, which `identity` alone may ask for. */
export const accountMailTemplate = z.enum([
  'verify-email',
  'reset-password',
  'password-changed',
  'confirm-new-email',
  'email-changed',
  'account-changed',
  'invitation',
])

export type AccountMailTemplate = z.infer<typeof accountMailTemplate>
