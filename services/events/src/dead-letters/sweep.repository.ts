import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DeadLettersSchema, LetterStatus } from './dead-letter.tables.ts'
import { type Selection, selected } from './selection.ts'

type Tx = Kysely<DeadLettersSchema>

export interface Sweep {
  readonly selection: Selection
  readonly until: Date
  readonly after: string | undefined
  readonly limit: number
}

/** Puts open messages aside until they are purged. @returns how many, and the last of them */
export const discardNext = (tx: Tx, sweep: Sweep, days: number) =>
  sweepNext(
    tx,
    sweep,
    'open',
    sql`status = 'discarded', discarded_at = now(), purge_at = now() + make_interval(days => ${days})`,
  )

/** Takes discarded messages back. @returns how many, and the last of them */
export const restoreNext = (tx: Tx, sweep: Sweep) =>
  sweepNext(tx, sweep, 'discarded', sql`status = 'open', discarded_at = null, purge_at = null`)

/** In the order of ids, as everybody who locks several dead letters does. */
async function sweepNext(
  tx: Tx,
  { selection, until, after, limit }: Sweep,
  from: LetterStatus,
  change: RawBuilder<unknown>,
): Promise<{ swept: number; last: string | null }> {
  const { rows } = await sql<{ swept: number; last: string | null }>`
    with next as (
      select d.id from dead_letters d join dead_letter_groups g on g.id = d.group_id
      where ${selected(selection, until)} and d.status = ${from}
        ${after === undefined ? sql`` : sql`and d.id > ${after}::uuid`}
      order by d.id limit ${limit} for update of d),
    swept as (update dead_letters set ${change} where id in (select id from next) returning id)
    select count(*)::int as swept, max(id::text) as last from swept`.execute(tx)
  return rows[0] ?? { swept: 0, last: null }
}

export async function countByStatus(
  tx: Tx,
  { selection, until }: Pick<Sweep, 'selection' | 'until'>,
  status: LetterStatus,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from dead_letters d join dead_letter_groups g on g.id = d.group_id
    where ${selected(selection, until)} and d.status = ${status}`.execute(tx)
  return rows[0]?.count ?? 0
}

/** Forgets up to `limit` messages whose time is over. */
export async function purgeLetters(tx: Tx, limit: number): Promise<number> {
  const { rows } = await sql`
    delete from dead_letters where id in (
      select id from dead_letters where purge_at <= now() order by id limit ${limit} for update skip locked)
    returning 1`.execute(tx)
  return rows.length
}

/** Forgets what has been empty or over for a year. */
export async function purgeLeftovers(tx: Tx): Promise<void> {
  await sql`
    delete from dead_letter_groups g
    where g.last_seen_at < now() - interval '1 year'
      and not exists (select from dead_letters d where d.group_id = g.id)`.execute(tx)
  await sql`delete from dead_letter_proposals where expires_at < now() - interval '1 year'`.execute(tx)
}
