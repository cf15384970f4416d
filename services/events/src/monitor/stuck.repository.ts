import { type Kysely, sql } from 'kysely'
import type { EventsSchema } from '../database/schema.ts'
import type { MonitorTables } from './monitor.tables.ts'

type Tx = Kysely<EventsSchema>
export type StuckHandler = MonitorTables['stuck_handlers']

/** Notes a stuck handler. False when it is known to be stuck already. */
export async function insertStuck(tx: Tx, row: Omit<StuckHandler, 'cleared_at'>): Promise<boolean> {
  const inserted = await tx
    .insertInto('stuck_handlers')
    .values({ ...row, cleared_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .returning('app')
    .execute()
  return inserted.length > 0
}

/** Those that were stuck and are not in the list any more are cleared; returns them. */
export async function clearStuck(
  tx: Tx,
  still: readonly { app: string; topic: string }[],
  now: Date,
): Promise<StuckHandler[]> {
  const names = still.map(({ app, topic }) => `${app} ${topic}`)
  return tx
    .updateTable('stuck_handlers')
    .set({ cleared_at: now })
    .where('cleared_at', 'is', null)
    .where(sql<boolean>`not (app || ' ' || topic = any (${names}::text[]))`)
    .returningAll()
    .execute()
}

/** Stuck ones first, then those of the last day. */
export const listStuck = (tx: Tx): Promise<StuckHandler[]> =>
  tx
    .selectFrom('stuck_handlers')
    .selectAll()
    .where((or) =>
      or.or([or('cleared_at', 'is', null), or('cleared_at', '>', sql<Date>`now() - interval '1 day'`)]),
    )
    .orderBy(sql`cleared_at is null`, 'desc')
    .orderBy('since', 'desc')
    .limit(200)
    .execute()
