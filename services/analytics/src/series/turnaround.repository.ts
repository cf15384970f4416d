import { type Kysely, sql } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { type Groups, keyOf } from './grouping.ts'
import type { Turnaround } from './turnaround.routes.ts'
import { type Window, within } from './window.ts'

const secondsFrom = (begin: string, end: string) =>
  sql`greatest(extract(epoch from ${sql.ref(end)} - ${sql.ref(begin)}), 0)::float8 as seconds`

/** A stage of a reading. @param begin column of the moment at which it began */
const stage = (window: Window, name: Turnaround['stage'], begin: string, end: string) => sql`
  select ${sql.lit(name)} as stage, ${sql.ref(`r.${end}`)} as at, r.project_id, r.engine as provider,
    null::uuid as person, ${secondsFrom(`r.${begin}`, `r.${end}`)}
  from readings r where ${within(window, 'r', end)} and ${sql.ref(`r.${begin}`)} is not null`

export async function findTurnaround(
  tx: Kysely<Schema>,
  window: Window,
  groupBy: Groups,
  limit: number,
): Promise<Turnaround[]> {
  const { rows } = await sql<Turnaround>`
    with f as (
      ${stage(window, 'reading', 'asked_at', 'read_at')} union all
      ${stage(window, 'opening', 'read_at', 'opened_at')} union all
      ${stage(window, 'waiting', 'opened_at', 'claimed_at')} union all
      select s.stage, v.at, r.project_id, r.engine, v.person, ${secondsFrom('s.begin', 'v.at')}
      from verdicts v
      join readings r on r.tenant_id = v.tenant_id and r.generation = v.generation
        and r.recognition_id = v.recognition_id
      -- Both that end with the approval, of one look at the reading.
      cross join lateral (values ('deciding', r.claimed_at), ('whole', r.asked_at)) as s (stage, begin)
      where ${within(window, 'v', 'at')} and v.verdict = 'approved' and v.undone_at is null
        and s.begin is not null)
    select ${keyOf(groupBy)} as key, stage, count(*)::int as count, avg(seconds) as mean,
      percentile_cont(0.5) within group (order by seconds) as p50,
      percentile_cont(0.95) within group (order by seconds) as p95
    from f group by 1, 2
    order by 1, array_position(array['reading', 'opening', 'waiting', 'deciding', 'whole'], stage)
    limit ${limit}`.execute(tx)
  return rows
}
