import { randomUUIDv7 } from '@alta/kit/identifiers'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Schema } from '../database/schema.ts'

export type HistoryRow = Selectable<Schema['history']>

/** What happens to an item, as its history names it. */
export type Action =
  | ('uploaded' | 'version_added' | 'changed' | 'reprocess_requested' | 'deleted' | 'restored')
  | ('read' | 'reading_failed')
  | ('sent_to_review' | 'approved' | 'rejected' | 'sent_back' | 'verdict_undone' | 'review_failed')

export interface HistoryEntry {
  readonly action: Action
  /** Null for the machine. */
  readonly by: string | null
  readonly details?: Readonly<Record<string, unknown>>
  /** Of the event that it comes from; now, when it comes from a request. */
  readonly at?: Date
  /** Identity of that event: it is written down once however often it comes. */
  readonly cause?: string
}

type Tx = Kysely<Schema>

export async function addHistory(
  tx: Tx,
  item: { id: string; tenant_id: string },
  entry: HistoryEntry,
): Promise<void> {
  await tx
    .insertInto('history')
    .values({
      id: randomUUIDv7(),
      tenant_id: item.tenant_id,
      item_id: item.id,
      at: entry.at ?? new Date(),
      by_user: entry.by,
      action: entry.action,
      details: JSON.stringify(entry.details ?? {}),
      cause: entry.cause ?? null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Every change of a title is an entry: somebody could make more of them than a request can load. */
const MOST_SHOWN = 500

/**
 * The latest entries, in the order in which things happened, which is not always the order in which this service heard of
 * them.
 */
export async function listHistory(tx: Tx, itemId: string): Promise<HistoryRow[]> {
  const latestFirst = await tx
    .selectFrom('history')
    .selectAll()
    .where('item_id', '=', itemId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(MOST_SHOWN)
    .execute()
  return latestFirst.toReversed()
}

export async function purgeHistory(tx: Tx, itemIds: readonly string[]): Promise<void> {
  await sql`delete from history where item_id = any(${itemIds}::uuid[])`.execute(tx)
}
