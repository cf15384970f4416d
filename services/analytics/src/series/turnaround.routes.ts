import type { Route } from '@alta/kit/http/route'
import { z } from 'zod'
import { groupKey } from './grouping.ts'
import { type Analytics, seriesRoutes } from './series.ts'
import { findTurnaround } from './turnaround.repository.ts'

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
