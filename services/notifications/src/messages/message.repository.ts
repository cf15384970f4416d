import { type Kysely, sql } from 'kysely'
import type { MessageStatus, NotificationsSchema } from '../database/schema.ts'
import type { MailTemplate } from '../mail/mail.ts'

type Tx = Kysely<NotificationsSchema>

export interface MessageRow {
  readonly messageId: string
  readonly position: string
  readonly template: MailTemplate
  readonly eventId: string
  readonly status: MessageStatus
  readonly attempts: number
  readonly email: string | null
  readonly subject: string | null
  readonly detail: string | null
  readonly createdAt: Date
  readonly sentAt: Date | null
}

const columns = [
  'message_id as messageId',
  'position',
  'template',
  'event_id as eventId',
  'status',
  'attempts',
  'email',
  'subject',
  'detail',
  'created_at as createdAt',
  'sent_at as sentAt',
] as const

/** The message under this id, new or as it was, locked until the transaction ends. */
export async function enqueue(
  tx: Tx,
  message: { messageId: string; tenantId: string; userId: string; template: MailTemplate; eventId: string },
): Promise<MessageRow> {
  await tx
    .insertInto('messages')
    .values({
      message_id: message.messageId,
      tenant_id: message.tenantId,
      user_id: message.userId,
      template: message.template,
      event_id: message.eventId,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return tx
    .selectFrom('messages')
    .select(columns)
    .where('message_id', '=', message.messageId)
    .forUpdate()
    .executeTakeFirstOrThrow()
}

export async function findMessage(tx: Tx, messageId: string): Promise<MessageRow | undefined> {
  return tx.selectFrom('messages').select(columns).where('message_id', '=', messageId).executeTakeFirst()
}

/** Before the mail server hears of it. @returns which attempt this is */
export async function markSending(
  tx: Tx,
  messageId: string,
  { email, subject }: { email: string; subject: string },
): Promise<number> {
  const { attempts } = await tx
    .updateTable('messages')
    .set({ status: 'sending', attempts: sql<number>`attempts + 1`, email, subject, detail: null })
    .where('message_id', '=', messageId)
    .returning('attempts')
    .executeTakeFirstOrThrow()
  return attempts
}

export async function markSent(tx: Tx, messageId: string): Promise<void> {
  await tx
    .updateTable('messages')
    .set({ status: 'sent', sent_at: new Date(), detail: null })
    .where('message_id', '=', messageId)
    .execute()
}

/** A message that was sent stays sent, whatever happened after it. @returns the row when it changed */
export async function markNotSent(
  tx: Tx,
  messageId: string,
  status: 'queued' | 'retried' | 'failed',
  detail: string,
): Promise<{ attempts: number } | undefined> {
  return tx
    .updateTable('messages')
    .set({ status, detail: detail.slice(0, 500) })
    .where('message_id', '=', messageId)
    .where('status', '<>', 'sent')
    .returning('attempts')
    .executeTakeFirst()
}

/** Newest first. @param before position of the last one already shown */
export async function messagesOf(
  tx: Tx,
  userId: string,
  { limit, before }: { limit: number; before: string | undefined },
): Promise<MessageRow[]> {
  return tx
    .selectFrom('messages')
    .select(columns)
    .where('user_id', '=', userId)
    .$if(before !== undefined, (query) => query.where('position', '<', before ?? ''))
    .orderBy('position', 'desc')
    .limit(limit)
    .execute()
}
