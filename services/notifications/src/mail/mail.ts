import type { AccountMailTemplate, EmailTemplate } from '@alta/contracts/resources/email'
import { escapeHtml } from '@alta/kit/http/escape-html'
import { accountChanged } from './templates/account-changed.ts'
import { confirmNewEmail } from './templates/confirm-new-email.ts'
import { emailChanged } from './templates/email-changed.ts'
import { invitation } from './templates/invitation.ts'
import { itemApproved } from './templates/item-approved.ts'
import { itemFailed } from './templates/item-failed.ts'
import { itemInReview } from './templates/item-in-review.ts'
import { itemRejected } from './templates/item-rejected.ts'
import { passwordChanged } from './templates/password-changed.ts'
import { resetPassword } from './templates/reset-password.ts'
import type { Template } from './templates/template.ts'
import { verifyEmail } from './templates/verify-email.ts'
import { welcome } from './templates/welcome.ts'

export type MailTemplate = EmailTemplate | AccountMailTemplate

const templates: Readonly<Record<MailTemplate, Template>> = {
  welcome,
  'item-in-review': itemInReview,
  'item-approved': itemApproved,
  'item-rejected': itemRejected,
  'item-failed': itemFailed,
  'verify-email': verifyEmail,
  'reset-password': resetPassword,
  'password-changed': passwordChanged,
  'confirm-new-email': confirmNewEmail,
  'email-changed': emailChanged,
  'account-changed': accountChanged,
  invitation,
}

/** Characters. Longer values are cut, so that nobody mails a book in a title. */
const LONGEST_LINE = 150
const LONGEST_PARAGRAPH = 2_000

export interface Mail {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/**
 * Renders a template in the language nearest to a locale, English if there is none.
 * Values of the template may come from anybody: none of them can add a header, a line or markup.
 * @param publicUrl where people open Alta; without it the mail has no link
 */
export function renderMail(
  template: MailTemplate,
  recipient: { name: string; locale: string },
  given: Readonly<Record<string, string>>,
  publicUrl?: string,
): Mail {
  const language = recipient.locale.toLowerCase().startsWith('fr') ? 'fr' : 'en'
  const values = Object.entries({ ...given, name: recipient.name }).map(([key, value]) => [
    key,
    oneLine(value, LONGEST_PARAGRAPH),
  ])
  const { subject, paragraphs, link, path } = templates[template][language](Object.fromEntries(values))
  const anchor =
    link && publicUrl
      ? { words: link, url: path ? new URL(path, publicUrl).href : linkTo(publicUrl, given) }
      : undefined
  return {
    subject: oneLine(subject, LONGEST_LINE),
    text: [...paragraphs, ...(anchor ? [`${anchor.words}: ${anchor.url}`] : [])].join('\n\n').concat('\n'),
    html: htmlOf(language, paragraphs, anchor),
  }
}

/** One line without control characters: what may stand in a header. */
export function oneLine(value: string, longest = LONGEST_LINE): string {
  const line = value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return line.length <= longest ? line : `${[...line].slice(0, longest - 1).join('')}…`
}

function linkTo(publicUrl: string, { kind, itemId }: Readonly<Record<string, string>>): string {
  const folder = kind === 'voice' ? 'voice-samples' : 'documents'
  return itemId
    ? new URL(`/${folder}/${encodeURIComponent(itemId)}`, publicUrl).href
    : new URL(publicUrl).href
}

function htmlOf(
  language: string,
  paragraphs: readonly string[],
  anchor: { words: string; url: string } | undefined,
): string {
  const body = paragraphs.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`)
  if (anchor) body.push(`<p><a href="${escapeHtml(anchor.url)}">${escapeHtml(anchor.words)}</a></p>`)
  return (
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"></head>` +
    `<body style="font:16px/1.5 system-ui,sans-serif;max-width:36em">${body.join('')}</body></html>`
  )
}
