import { type Kysely, sql } from 'kysely'
import type { Schema } from '../database/schema.ts'
import type { Costs } from './costs.routes.ts'
import { type Groups, keyOf } from './grouping.ts'
import type { Prices } from './prices.ts'
import { uploadOf } from './volume.repository.ts'
import { type Window, within } from './window.ts'

export async function findCosts(
  tx: Kysely<Schema>,
  window: Window,
  groupBy: Groups,
  { currency, engines }: Prices,
  limit: number,
): Promise<Costs[]> {
  const priced = engines.map(({ engine, perPage, perMinute }) => ({
    engine,
    per_page: perPage,
    per_minute: perMinute,
  }))
  const { rows } = await sql<Omit<Costs, 'currency'>>`
    with f as (
      select r.read_at as at, r.project_id, ${groupBy === 'person' ? sql`u.person` : sql`null::uuid`} as person,
        r.engine as provider, coalesce(r.pages, 0) as pages, coalesce(r.seconds, 0) as seconds
      from readings r ${groupBy === 'person' ? uploadOf('r') : sql``} where ${within(window, 'r', 'read_at')})
    select ${keyOf(groupBy)} as key, sum(f.pages)::float8 as pages, sum(f.seconds) as seconds,
      round(sum(f.pages * coalesce(p.per_page, 0) + f.seconds::numeric / 60 * coalesce(p.per_minute, 0)), 6)::float8 as cost
    from f left join jsonb_to_recordset(${JSON.stringify(priced)}::jsonb)
      as p (engine text, per_page numeric, per_minute numeric) on p.engine = f.provider
    group by 1
    order by ${groupBy === 'day' || groupBy === 'week' ? sql`1` : sql`cost desc, 1`}
    limit ${limit}`.execute(tx)
  return rows.map((row) => ({ ...row, currency }))
}
