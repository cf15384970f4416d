import type { Route } from '@alta/kit/http/route'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Schema } from '../database/schema.ts'
import { type Groups, groupKey, keyOf } from './grouping.ts'
import { type Analytics, seriesRoutes } from './series.ts'
import { type Window, within } from './window.ts'

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
