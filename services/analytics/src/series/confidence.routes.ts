import type { Route } from '@alta/kit/http/route'
import { z } from 'zod'
import { findConfidence } from './confidence.repository.ts'
import { groupKey } from './grouping.ts'
import { type Analytics, seriesRoutes } from './series.ts'

export const confidenceBucket = z.object({
  confidence: z.number().describe('Lower end of a tenth: 0.8 is from 0.8 to below 0.9, and 0.9 includes 1.'),
  items: z.number().int().describe('Approved by people.'),
  words: z.number().int().describe('That the engine had read.'),
  corrections: z.number().int().describe('Words that people changed in the text that was approved.'),
  share: z.number().nullable().describe('Corrections of words; null without words.'),
})

const item = z.object({ key: groupKey, ...confidenceBucket.shape })

export type Confidence = z.infer<typeof item>

export const confidenceRoutes = (analytics: Analytics): Route[] =>
  seriesRoutes(analytics, {
    path: '/api/v1/analytics/confidence',
    csvPath: '/api/v1/analytics/confidence.csv',
    summary: 'How sure engines were, against what people changed',
    description:
      'On the day of the verdict; those that were taken back do not count. An engine that knows itself is corrected less where it is surer.',
    standard: 'provider',
    item,
    find: findConfidence,
  })
