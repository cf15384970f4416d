import { type Kysely, sql } from 'kysely'
import type { Schema } from '../database/schema.ts'
import type { Failures } from './failures.routes.ts'
import { type Groups, keyOf } from './grouping.ts'
import { uploadOf } from './volume.repository.ts'
import { type Window, within } from './window.ts'

export async function findFailures(
  tx: Kysely<Schema>,
  window: Window,
  groupBy: Groups,
  limit: number,
): Promise<Failures[]> {
  const { rows } = await sql<Failures>`
    with f as (
      select x.at, x.project_id, ${groupBy === 'person' ? sql`u.person` : sql`null::uuid`} as person,
        x.app as provider, x.stage, x.cause
      from failures x ${groupBy === 'person' ? uploadOf('x') : sql``} where ${within(window, 'x', 'at')})
    select ${keyOf(groupBy)} as key, stage, cause, count(*)::int as failures
    from f group by 1, 2, 3
    order by ${groupBy === 'day' || groupBy === 'week' ? sql`1, 4 desc` : sql`4 desc, 1`}, 2, 3
    limit ${limit}`.execute(tx)
  return rows
}
