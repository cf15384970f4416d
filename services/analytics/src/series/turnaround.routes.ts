import type { Route } from '@alta/kit/http/route'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import type { Schema } from '../database/schema.ts'
import { type Groups, groupKey, keyOf } from './grouping.ts'
import { type Analytics, seriesRoutes } from './series.ts'
import { type Window, within } from './window.ts'

const stages = ['reading', 'opening', 'waiting', 'deciding', 'whole'] as const

const seconds = z.number().min(0)
export const times = { count: z.number().int(), mean: seconds, p50: seconds, p95: seconds }

const item = z.object({
  key: groupKey,
  stage: z
    .enum(stages)
    .describe(
      'From uploaded to read, to opened for review, to claimed, to approved; and the whole, which needs no person.',
    ),
  ...times,
})

export type Turnaround = z.infer<typeof item>

export const turnaroundRoutes = (analytics: Analytics): Route[] =>
  seriesRoutes(analytics, {
    path: '/api/v1/analytics/turnaround',
    csvPath: '/api/v1/analytics/turnaround.csv',
    summary: 'How long each stage takes, in seconds',
    description:
      'A stage counts on the day it ended. Reading begins with the upload, or when it was asked for again; of two claims the first counts, of approvals those that were not taken back. People are those who approved.',
    standard: 'day',
    item,
    find: findTurnaround,
  })

/** @param end alias and column of the moment at which the stage ended, and of the one before it */
const stage = (name: Turnaround['stage'], from: RawBuilder<unknown>, begin: string, end: string) => sql`
  select ${sql.lit(name)} as stage, ${sql.ref(end)} as at, r.project_id, r.engine as provider,
    ${end.startsWith('v.') ? sql`v.person` : sql`null::uuid`} as person,
    greatest(extract(epoch from ${sql.ref(end)} - ${sql.ref(begin)}), 0)::float8 as seconds
  from ${from} and ${sql.ref(begin)} is not null`

export async function findTurnaround(
  tx: Kysely<Schema>,
  window: Window,
  groupBy: Groups,
  limit: number,
): Promise<Turnaround[]> {
  const readings = (at: string) => sql`readings r where ${within(window, 'r', at)}`
  const approvals = sql`verdicts v join readings r on r.tenant_id = v.tenant_id and r.generation = v.generation
    and r.recognition_id = v.recognition_id
    where ${within(window, 'v', 'at')} and v.verdict = 'approved' and v.undone_at is null`
  const { rows } = await sql<Turnaround>`
    with f as (
      ${stage('reading', readings('read_at'), 'r.asked_at', 'r.read_at')} union all
      ${stage('opening', readings('opened_at'), 'r.read_at', 'r.opened_at')} union all
      ${stage('waiting', readings('claimed_at'), 'r.opened_at', 'r.claimed_at')} union all
      ${stage('deciding', approvals, 'r.claimed_at', 'v.at')} union all
      ${stage('whole', approvals, 'r.asked_at', 'v.at')})
    select ${keyOf(groupBy)} as key, stage, count(*)::int as count, avg(seconds) as mean,
      percentile_cont(0.5) within group (order by seconds) as p50,
      percentile_cont(0.95) within group (order by seconds) as p95
    from f group by 1, 2
    order by 1, array_position(array['reading', 'opening', 'waiting', 'deciding', 'whole'], stage)
    limit ${limit}`.execute(tx)
  return rows
}
