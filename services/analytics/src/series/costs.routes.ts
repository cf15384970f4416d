import type { Route } from '@alta/kit/http/route'
import { z } from 'zod'
import { findCosts } from './costs.repository.ts'
import { groupKey } from './grouping.ts'
import type { Prices } from './prices.ts'
import { type Analytics, seriesRoutes } from './series.ts'

const item = z.object({
  key: groupKey,
  pages: z.number().int(),
  seconds: z.number(),
  cost: z.number().describe('At the prices of today’s configuration; engines without a price cost nothing.'),
  currency: z.string(),
})

export type Costs = z.infer<typeof item>

export const costRoutes = (analytics: Analytics, prices: Prices): Route[] =>
  seriesRoutes(analytics, {
    path: '/api/v1/analytics/costs',
    csvPath: '/api/v1/analytics/costs.csv',
    summary: 'What reading has cost, by provider unless told',
    description: 'Pages and seconds that were read, each time that they were, times the price of the engine.',
    standard: 'provider',
    item,
    find: (tx, window, groupBy, limit) => findCosts(tx, window, groupBy, prices, limit),
  })
