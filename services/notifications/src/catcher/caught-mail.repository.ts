import { type Kysely, sql } from 'kysely'
import type { NotificationsSchema } from '../database/schema.ts'

type Tx = Kysely<NotificationsSchema>

export interface CaughtMail {
  readonly id: string
  readonly messageId: string
  readonly sender: string
  readonly recipients: string[]
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly receivedAt: Date
}

/** Every mail is kept, also one whose Message-ID is there already: a mail sent twice has to show. */
export async function keepMail(tx: Tx, mail: Omit<CaughtMail, 'id' | 'receivedAt'>): Promise<void> {
  const { messageId, ...rest } = mail
  await tx
    .insertInto('caught_mails')
    .values({ message_id: messageId, ...rest })
    .execute()
}

/** Newest first. @param to lower case; undefined for everybody's */
export async function caughtMails(
  tx: Tx,
  { to, limit, before }: { to: string | undefined; limit: number; before: string | undefined },
): Promise<CaughtMail[]> {
  return tx
    .selectFrom('caught_mails')
    .select(['id', 'message_id as messageId', 'sender', 'recipients', 'subject', 'text', 'html'])
    .select('received_at as receivedAt')
    .$if(to !== undefined, (query) => query.where(sql<boolean>`recipients @> array[${to}]::text[]`))
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? ''))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

export async function forgetOldMails(tx: Tx, seconds: number): Promise<void> {
  await sql`delete from caught_mails where received_at < now() - make_interval(secs => ${seconds})`.execute(
    tx,
  )
}
