import { type Kysely, sql } from 'kysely'

/** A refused event is published again as if it were new. @returns what it was; undefined when there is none */
export async function releaseOutboxEvent(
  tx: Kysely<unknown>,
  id: string,
): Promise<'released' | 'not failed' | undefined> {
  const released = await sql`
    update outbox_events set status = 'PENDING', attempts = 0, next_attempt_at = null
    where id = ${id} and status = 'FAILED' returning 1`.execute(tx)
  if (released.rows.length > 0) return 'released'
  const { rows } = await sql`select 1 from outbox_events where id = ${id}`.execute(tx)
  return rows.length > 0 ? 'not failed' : undefined
}

/**
 * Makes parked messages due now instead of at their time. Those of a paused handler have no time and go on waiting.
 * @returns how many
 */
export async function releaseInboxMessages(
  tx: Kysely<unknown>,
  which: { messageId?: string | undefined; topic?: string | undefined },
): Promise<number> {
  const { messageId = null, topic = null } = which
  const { numAffectedRows = 0n } = await sql`
    update inbox_messages set next_attempt_at = now()
    where status in ('PROCESSING', 'PARKED') and status = 'PARKED' and next_attempt_at > now()
      and (${messageId}::text is null or message_id = ${messageId})
      and (${topic}::text is null or topic = ${topic})`.execute(tx)
  return Number(numAffectedRows)
}

export interface AskedMessage {
  messageId: string
  source: string
  handler: string
}

/** Which of the messages are in the inbox, done or not; in their order. */
export async function knownMessages(
  tx: Kysely<unknown>,
  messages: readonly AskedMessage[],
): Promise<boolean[]> {
  const { rows } = await sql<{ known: boolean }>`
    select exists (
        select from inbox_messages i
        where i.message_id = asked.message_id and i.source = asked.source and i.handler = asked.handler
      ) as known
    from unnest(${messages.map(({ messageId }) => messageId)}::text[], ${messages.map(({ source }) => source)}::text[],
      ${messages.map(({ handler }) => handler)}::text[]) with ordinality as asked (message_id, source, handler, number)
    order by asked.number`.execute(tx)
  return rows.map(({ known }) => known)
}
