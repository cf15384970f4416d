import { type Kysely, sql } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { type Groups, keyOf } from './grouping.ts'
import type { Volume } from './volume.routes.ts'
import { type Window, within } from './window.ts'

export async function findVolume(
  tx: Kysely<Schema>,
  window: Window,
  groupBy: Groups,
  limit: number,
): Promise<Volume[]> {
  const { rows } = await sql<Volume>`
    with f as (
      select u.at, u.project_id, u.person, null::text as provider,
        (u.kind = 'document')::int as documents, (u.kind = 'voice')::int as recordings,
        0 as pages, 0::float8 as seconds, u.bytes
      from uploads u where ${within(window, 'u', 'at')}
      union all
      select r.read_at, r.project_id, ${groupBy === 'person' ? sql`u.person` : sql`null::uuid`}, r.engine,
        0, 0, coalesce(r.pages, 0), coalesce(r.seconds, 0), 0
      from readings r ${groupBy === 'person' ? uploadOf('r') : sql``} where ${within(window, 'r', 'read_at')})
    select ${keyOf(groupBy)} as key, sum(documents)::float8 as documents, sum(recordings)::float8 as recordings,
      sum(pages)::float8 as pages, sum(seconds) as seconds, sum(bytes)::float8 as bytes
    from f group by 1
    order by ${groupBy === 'day' || groupBy === 'week' ? sql`1` : sql`sum(documents + recordings) desc, 1`}
    limit ${limit}`.execute(tx)
  return rows
}

/** The file that was read: who brought it is not said with a reading. @param of alias of the readings */
export const uploadOf = (of: string) => sql`
  left join uploads u on u.tenant_id = ${sql.ref(`${of}.tenant_id`)}
    and u.generation = ${sql.ref(`${of}.generation`)} and u.subject_id = ${sql.ref(`${of}.subject_id`)}
    and u.version = ${sql.ref(`${of}.version`)}`
