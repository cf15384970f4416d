import { may } from '@alta/kit/auth/policy'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import type { Prices } from '../series/prices.ts'
import type { Analytics } from '../series/series.ts'
import { spanOf, spanQuery, windowOf } from '../series/window.ts'
import { dashboardResource } from './dashboard.resource.ts'
import { findMetrics } from './metrics.ts'

export const dashboardRoutes = ({ database, clock }: Analytics, prices: Prices): Route[] => [
  route({
    method: 'get',
    path: '/api/v1/analytics/dashboard',
    summary: 'What happened, at one glance',
    description: 'Members see the projects they belong to, administrators and operators the whole tenant.',
    tag: 'analytics',
    policy: may('projects:read'),
    limits: { cost: 5 },
    query: z.object(spanQuery),
    answers: { 200: { description: 'The figures', schema: dashboardResource } },
    handle: async ({ principal, query }) => {
      const span = spanOf(query, clock())
      const metrics = await database.read(principal.tenantId, async (tx) => {
        const window = await windowOf(tx, principal, span, query.projectId)
        return findMetrics(tx, window, prices)
      })
      return { status: 200, body: { ...span, projectId: query.projectId ?? null, metrics } }
    },
  }),
]
