import { type Kysely, sql } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { type Groups, keyOf } from './grouping.ts'
import type { Reviewers } from './reviewers.routes.ts'
import { type Window, within } from './window.ts'

export async function findReviewers(
  tx: Kysely<Schema>,
  window: Window,
  groupBy: Groups,
  limit: number,
): Promise<Reviewers[]> {
  const ofReading = sql`r.tenant_id = v.tenant_id and r.generation = v.generation and r.recognition_id = v.recognition_id`
  // Who passed it on is asked for where it matters only.
  const first = sql`
    cross join lateral (
      select p.person from verdicts p
      where p.tenant_id = v.tenant_id and p.generation = v.generation and p.recognition_id = v.recognition_id
        and p.sequence < v.sequence and p.verdict = 'passed' and p.undone_at is null
      order by p.sequence desc limit 1) p`
  // Until the second reviewer has decided, what the first one has changed is nobody's to know.
  const told = sql`(v.verdict <> 'passed' or exists (
        select from verdicts s
        where s.tenant_id = v.tenant_id and s.generation = v.generation and s.recognition_id = v.recognition_id
          and s.sequence > v.sequence and s.verdict <> 'passed' and s.undone_at is null))`
  const { rows } = await sql<Reviewers>`
    with f as (
      select v.at, v.project_id, v.person, r.engine as provider, v.verdict, v.undone_at is not null as taken_back,
        case when ${told} then v.corrections end as corrections, case when ${told} then v.words end as words,
        null::boolean as agreed
      from verdicts v left join readings r on ${ofReading}
      where ${within(window, 'v', 'at')} and v.person is not null
      union all
      select v.at, v.project_id, p.person, r.engine, 'checked', false,
        round((1 - coalesce(v.agreement, v.agreed::int)) * coalesce(v.words, 0)), 0, v.agreed
      from verdicts v left join readings r on ${ofReading} ${first}
      where ${within(window, 'v', 'at')} and v.verdict = 'approved' and v.undone_at is null
        and v.agreed is not null)
    select ${keyOf(groupBy)} as key,
      ${counted('approved')}, ${counted('passed')}, ${counted('sent-back', 'sentBack')}, ${counted('rejected')},
      count(*) filter (where taken_back)::int as undone,
      coalesce(sum(corrections) filter (where not taken_back and verdict <> 'checked'), 0)::float8 as corrections,
      coalesce(sum(words) filter (where not taken_back), 0)::float8 as words,
      count(*) filter (where verdict = 'checked')::int as checked,
      count(*) filter (where agreed)::int as agreed,
      coalesce(sum(corrections) filter (where verdict = 'checked'), 0)::float8 as "changedWords",
      count(*) filter (where agreed)::float8 / nullif(count(*) filter (where verdict = 'checked'), 0) as agreement
    from f group by 1
    order by ${groupBy === 'day' || groupBy === 'week' ? sql`1` : sql`count(*) desc, 1`}
    limit ${limit}`.execute(tx)
  return rows
}

const counted = (verdict: string, name = verdict) => sql`
  count(*) filter (where verdict = ${sql.lit(verdict)} and not taken_back)::int as ${sql.ref(name)}`
