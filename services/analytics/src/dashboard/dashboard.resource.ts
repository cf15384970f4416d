import { z } from 'zod'
import { confidenceBucket } from '../series/confidence.routes.ts'
import { failureCause } from '../series/failures.routes.ts'
import { times } from '../series/turnaround.routes.ts'

const count = z.number().int()

/** What the users' first draft names is under `metrics`; what it says of queries comes with them. */
export const dashboardResource = z.object({
  period: z.string().describe('`last_30_days`, or the first and the last day.'),
  from: z.iso.date(),
  to: z.iso.date(),
  projectId: z.uuid().nullable(),
  metrics: z.object({
    documents: count,
    recordings: count,
    pages: count,
    seconds: z.number().describe('Of recordings that were read.'),
    approved: z.object({ byPerson: count, byMachine: count }),
    rejected: count,
    failed: count.describe('Readings, reviews, mails and handlers that were given up.'),
    uniqueUsers: count.describe('People who brought a file or gave a verdict.'),
    apiCost: z.number(),
    currency: z.string(),
    throughput: z
      .array(z.object({ day: z.iso.date(), uploaded: count, approved: count }))
      .describe('Days on which anything happened.'),
    turnaround: z
      .object({
        reading: z.object(times).nullable(),
        opening: z.object(times).nullable(),
        waiting: z.object(times).nullable(),
        deciding: z.object(times).nullable(),
        whole: z.object(times).nullable(),
      })
      .describe('Seconds; null where nothing has passed the stage.'),
    confidence: z.object({
      mean: z.number().nullable().describe('Of what was read.'),
      buckets: z.array(confidenceBucket),
    }),
    agreement: z.object({
      checked: count,
      agreed: count,
      share: z.number().nullable(),
      changedWords: count,
    }),
    failures: z.array(failureCause).describe('The ten most frequent causes.'),
    topProjects: z
      .array(z.object({ projectId: z.uuid(), name: z.string(), documents: count, recordings: count }))
      .describe('The ten that got most files.'),
    topDocuments: z
      .array(
        z.object({
          id: z.uuid(),
          kind: z.enum(['document', 'voice']),
          title: z.string(),
          corrections: count,
        }),
      )
      .describe('The ten in which people changed most words, recordings among them.'),
  }),
})

export type Metrics = z.infer<typeof dashboardResource>['metrics']
