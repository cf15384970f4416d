import type { Route } from '@alta/kit/http/route'
import { z } from 'zod'
import { findFailures } from './failures.repository.ts'
import { groupKey } from './grouping.ts'
import { type Analytics, seriesRoutes } from './series.ts'

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
