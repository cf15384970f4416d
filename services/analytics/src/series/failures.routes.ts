import type { Route } from '@alta/kit/http/route'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Schema } from '../database/schema.ts'
import { type Groups, groupKey, keyOf } from './grouping.ts'
import { type Analytics, seriesRoutes } from './series.ts'
import { uploadOf } from './volume.routes.ts'
import { type Window, within } from './window.ts'

export const failureCause = z.object({
  stage: z.enum(['reading', 'review', 'mail', 'handling']),
  cause: z.string().describe('A stable reason; of handling the class of the error.'),
  failures: z.number().int(),
})

const item = z.object({ key: groupKey, ...failureCause.shape })

export type Failures = z.infer<typeof item>

export const failureRoutes = (analytics: Analytics): Route[] =>
  seriesRoutes(analytics, {
    path: '/api/v1/analytics/failures',
    csvPath: '/api/v1/analytics/failures.csv',
    summary: 'What failed for good, by cause',
    description:
      'Provider is the service that failed, person who brought the file. What belongs to no project, such as a mail, is shown to those who see the whole tenant.',
    standard: 'day',
    item,
    find: findFailures,
  })

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
