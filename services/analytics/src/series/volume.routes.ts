import type { Route } from '@alta/kit/http/route'
import { z } from 'zod'
import { groupKey } from './grouping.ts'
import { type Analytics, seriesRoutes } from './series.ts'
import { findVolume } from './volume.repository.ts'

const item = z.object({
  key: groupKey,
  documents: z.number().int().describe('Files taken in, further versions among them.'),
  recordings: z.number().int(),
  pages: z.number().int().describe('Read by an engine, each time that they were.'),
  seconds: z.number().describe('Of recordings, read likewise.'),
  bytes: z.number().int().describe('Of what was taken in.'),
})

export type Volume = z.infer<typeof item>

export const volumeRoutes = (analytics: Analytics): Route[] =>
  seriesRoutes(analytics, {
    path: '/api/v1/analytics/volume',
    csvPath: '/api/v1/analytics/volume.csv',
    summary: 'How much was taken in and read',
    description: 'Files count on the day they came, pages and seconds on the day they were read.',
    standard: 'day',
    item,
    find: findVolume,
  })
