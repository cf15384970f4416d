import type { Database } from '@alta/kit/database/database'
import type { EventsSchema } from '../database/schema.ts'

/**
 * Up to which position the store is settled: every event at or below it is committed and visible, or never will be.
 *
 * Positions are handed out when a row is inserted and become visible when its transaction commits, which may be in
 * another order: whoever remembers the highest position it has seen and asks for what lies behind it skips the rows
 * of a slower transaction for good. So a reader goes no further than the settled position. It is found by noting the
 * last position handed out, and then who holds the lock on the store that every insert takes first and keeps until
 * its transaction ends: once all of those are gone, nothing at or below that position can still appear.
 * Only transactions that write to the store are waited for; a long one elsewhere holds nobody up.
 */
export interface Settled {
  /** Moves on as far as it can without waiting. @returns the settled position, 0 at first */
  position(): Promise<number>
}

export function settledPosition({ pool }: Database<EventsSchema>): Settled {
  let settled = 0
  let noted: { position: number; writers: ReadonlySet<string> } | undefined

  /** Sequences stand outside of transactions: this sees what uncommitted ones have taken. */
  async function lastPosition(): Promise<number> {
    const { rows } = await pool.query<{ position: string | null }>(
      `select pg_sequence_last_value('stored_events_position'::regclass) as position`,
    )
    return Number(rows[0]?.position ?? 0)
  }

  async function writersNow(): Promise<string[]> {
    const { rows } = await pool.query<{ writer: string }>(
      `select distinct virtualtransaction as writer from pg_locks
       where locktype = 'relation' and mode = 'RowExclusiveLock' and relation = 'stored_events'::regclass
         and database = (select oid from pg_database where datname = current_database())`,
    )
    return rows.map(({ writer }) => writer)
  }

  async function look(): Promise<number> {
    if (noted) {
      const { writers, position } = noted
      if ((await writersNow()).some((writer) => writers.has(writer))) return settled
      settled = position
      noted = undefined
    }
    const position = await lastPosition()
    if (position === settled) return settled
    // In this order: whoever got its position before the look at it is among the writers, or has ended.
    const writers = new Set(await writersNow())
    if (writers.size > 0) noted = { position, writers }
    else settled = position
    return settled
  }

  // Callers at the same moment share one look: two at once could take each other's half-made note.
  let looking: Promise<number> | undefined
  return {
    position() {
      looking ??= look().finally(() => {
        looking = undefined
      })
      return looking
    },
  }
}
