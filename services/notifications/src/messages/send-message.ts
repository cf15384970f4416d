import type { accountMailSendRequested } from '@alta/contracts/events/account-mail-send-requested.v1'
import { emailFailed } from '@alta/contracts/events/email-failed.v1'
import type { emailSendRequested } from '@alta/contracts/events/email-send-requested.v1'
import { emailSent } from '@alta/contracts/events/email-sent.v1'
import type { Database } from '@alta/kit/database/database'
import type { Message, WorkDefinition } from '@alta/kit/events/handlers'
import { openToken } from '@alta/kit/sealed-token'
import type { z } from 'zod'
import { type Contact, contactOf } from '../contacts/contact.repository.ts'
import type { NotificationsSchema } from '../database/schema.ts'
import { renderMail } from '../mail/mail.ts'
import { type Mailer, MailRefused } from '../mail/mailer.ts'
import { mailSeconds, mails } from './mail.metrics.ts'
import {
  enqueue,
  findMessage,
  type MessageRow,
  markNotSent,
  markSending,
  markSent,
} from './message.repository.ts'
import type { Sending } from './sending.ts'

type Request = z.output<typeof emailSendRequested.schema> | z.output<typeof accountMailSendRequested.schema>

/** `nothing`: it was somebody else's to send, or a copy of what is over, or must not leave the platform. */
export type SendOutcome = 'sent' | 'nothing' | { refused: string }

export interface SendParts {
  readonly database: Database<NotificationsSchema>
  readonly mailer: Mailer
  readonly sending: Sending
  readonly publicUrl: string | undefined
  /** Opens the tokens that `identity` has sealed. */
  readonly tokenKey: string
}

/** Milliseconds; the mailer itself gives up sooner. */
const TIME_LIMIT = 90_000

/**
 * Handles email.send-requested.v1 and account-mail.send-requested.v1. A message is sent once however often it is asked for: what was sent is
 * written down before anything else happens, and a second event with the same message id does nothing.
 * SMTP leaves one gap that nobody can close: when this process dies between the server's yes and our note of
 * it, the mail goes out again, under the same Message-ID.
 */
export function sendMessage<Asked extends Request>(
  parts: SendParts,
): WorkDefinition<Asked, SendOutcome, NotificationsSchema> {
  return {
    timeLimit: TIME_LIMIT,
    run: (request, { message }) => parts.sending.track(() => send(parts, request, message)),
    commit: async (outcome, { data: { messageId }, tx, emit }) => {
      if (outcome === 'nothing') return
      if (outcome === 'sent') {
        const { attempts = 1 } = (await findMessage(tx, messageId)) ?? {}
        emit(emailSent, { messageId, attempts })
        return
      }
      const failed = await markNotSent(tx, messageId, 'failed', outcome.refused)
      emit(emailFailed, { messageId, attempts: Math.max(1, failed?.attempts ?? 1), detail: outcome.refused })
    },
    exhausted: async (failure, { data: { messageId }, tx, emit }) => {
      const failed = await markNotSent(tx, messageId, 'failed', failure.message)
      if (!failed) return
      mails.inc({ outcome: 'given_up' })
      emit(emailFailed, { messageId, attempts: Math.max(1, failed.attempts), detail: failure.message })
    },
  }
}

async function send(
  { database, mailer, publicUrl, tokenKey }: SendParts,
  request: Request,
  message: Message,
): Promise<SendOutcome> {
  const { tenantId } = message
  const { messageId } = request
  // History is repeated, and people are not part of it. Not even a message that had failed is sent now.
  if (message.muted) return 'nothing'
  const { row, contact } = await queue(database, request, message)
  if (!isOurs(row, message)) return 'nothing'
  // Sent by an attempt that died before it could tell.
  if (row.status === 'sent') return message.replay ? 'nothing' : 'sent'

  const to = recipientOf(request, contact)
  if (!to) {
    const reason = 'The address of the recipient is not known yet.'
    await database.transaction(tenantId, ({ tx }) => markNotSent(tx, messageId, 'queued', reason))
    throw new Error(`no address for user ${request.recipient.userId} yet`)
  }

  const mail = renderMail(request.template, to, withToken(request.parameters, tokenKey), publicUrl)
  await database.transaction(tenantId, ({ tx }) =>
    markSending(tx, messageId, { email: to.email, subject: mail.subject }),
  )
  const measured = mailSeconds.startTimer()
  try {
    await mailer.send({ messageId, to }, mail).finally(measured)
  } catch (error) {
    const reason = (error as Error).message
    mails.inc({ outcome: error instanceof MailRefused ? 'refused' : 'retried' })
    if (error instanceof MailRefused) return { refused: reason }
    await database.transaction(tenantId, ({ tx }) => markNotSent(tx, messageId, 'retried', reason))
    throw error
  }
  mails.inc({ outcome: 'sent' })
  await database.transaction(tenantId, ({ tx }) => markSent(tx, messageId))
  return 'sent'
}

const queue = (database: Database<NotificationsSchema>, request: Request, { id, tenantId }: Message) =>
  database.transaction(tenantId, async ({ tx }) => {
    const { messageId, template, recipient } = request
    const { userId } = recipient
    const contact = await contactOf(tx, userId)
    return { row: await enqueue(tx, { messageId, tenantId, userId, template, eventId: id }), contact }
  })

/** A replayed copy has the id of its event, so a failed message can be redriven and a sent one stays as it is. */
const isOurs = (row: MessageRow, message: Message): boolean => row.eventId === message.id

/** @throws {Error} for a token that was sealed with another key: the message waits until both services have the same */
function withToken(parameters: Request['parameters'], tokenKey: string): Request['parameters'] {
  const { sealedToken, ...rest } = parameters
  return sealedToken === undefined ? rest : { ...rest, token: openToken(tokenKey, sealedToken) }
}

/** The address in the request counts first: it is there when the contact is not known yet. */
function recipientOf({ recipient, parameters }: Request, contact: Contact | undefined): Contact | undefined {
  const email = recipient.email ?? contact?.email
  if (email === undefined) return undefined
  const name = recipient.name ?? contact?.name ?? email
  return { email, name, locale: contact?.locale ?? parameters.locale ?? 'en' }
}
