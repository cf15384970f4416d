import { type Kysely, type Selectable, sql } from 'kysely'
import type { DeadLetterRetriesTable, DeadLettersSchema, DeadLettersTable } from './dead-letter.tables.ts'
import { type Filter, matches } from './filter.ts'

type Tx = Kysely<DeadLettersSchema>

export type LetterRow = Selectable<DeadLettersTable>
/** Without what can be megabytes: lists do not show it. */
export type LetterSummaryRow = Omit<
  LetterRow,
  'event' | 'original_event' | 'body' | 'content' | 'stack' | 'history' | 'faults'
>

const summary = sql`d.id, d.tenant_id, d.group_id, d.kind, d.app, d.handler, d.topic, d.source, d.message_id, d.subject,
  d.correlation_id, d.error_class, d.message, d.attempts, d.status, d.replay_id, d.retries, d.first_failed_at,
  d.last_failed_at, d.last_retried_at, d.resolved_at, d.discarded_at, d.purge_at, d.edited_at, d.edited_by, d.filed_at`

/** One page of a group's messages, newest first. */
export async function findMessages(
  tx: Tx,
  wanted: { groupId: string; filter: Filter; after: string | undefined; limit: number },
): Promise<LetterSummaryRow[]> {
  const { rows } = await sql<LetterSummaryRow>`
    select ${summary}
    from dead_letters d join dead_letter_groups g on g.id = d.group_id
    where d.group_id = ${wanted.groupId} and ${matches(wanted.filter)}
      ${wanted.after === undefined ? sql`` : sql`and d.id < ${wanted.after}::uuid`}
    order by d.id desc
    limit ${wanted.limit}`.execute(tx)
  return rows
}

export async function findMessage(tx: Tx, groupId: string, id: string): Promise<LetterRow | undefined> {
  return tx
    .selectFrom('dead_letters')
    .selectAll()
    .where('id', '=', id)
    .where('group_id', '=', groupId)
    .executeTakeFirst()
}

/** Every retry of a message, oldest first. */
export async function findRetriesOf(tx: Tx, id: string): Promise<Selectable<DeadLetterRetriesTable>[]> {
  return tx
    .selectFrom('dead_letter_retries')
    .selectAll()
    .where('dead_letter_id', '=', id)
    .where('sent_at', 'is not', null)
    .orderBy('sent_at')
    .limit(100)
    .execute()
}

export const groupExists = (tx: Tx, id: string): Promise<boolean> => groupsExist(tx, [id])

export async function groupsExist(tx: Tx, ids: readonly string[]): Promise<boolean> {
  const wanted = [...new Set(ids.map((id) => id.toLowerCase()))]
  const found = await tx.selectFrom('dead_letter_groups').select('id').where('id', 'in', wanted).execute()
  return found.length === wanted.length
}
