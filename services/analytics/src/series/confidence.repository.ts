import { type Kysely, sql } from 'kysely'
import type { Schema } from '../database/schema.ts'
import type { Confidence } from './confidence.routes.ts'
import { type Groups, keyOf } from './grouping.ts'
import { type Window, within } from './window.ts'

export async function findConfidence(
  tx: Kysely<Schema>,
  window: Window,
  groupBy: Groups,
  limit: number,
): Promise<Confidence[]> {
  const { rows } = await sql<Confidence>`
    with f as (
      select v.at, v.project_id, v.person, r.engine as provider,
        least(floor(r.confidence::numeric * 10), 9) / 10 as confidence,
        v.words, v.corrections
      from verdicts v join readings r on r.tenant_id = v.tenant_id and r.generation = v.generation
        and r.recognition_id = v.recognition_id
      where ${within(window, 'v', 'at')} and v.verdict = 'approved' and v.undone_at is null
        and v.person is not null and r.confidence is not null)
    select ${keyOf(groupBy)} as key, confidence::float8 as confidence, count(*)::int as items,
      coalesce(sum(words), 0)::float8 as words, coalesce(sum(corrections), 0)::float8 as corrections,
      sum(corrections)::float8 / nullif(sum(words), 0) as share
    from f group by 1, 2 order by 1, 2
    limit ${limit}`.execute(tx)
  return rows
}
