import type { ReviewKind } from '@alta/contracts/resources/review'
import type { Database } from '@alta/kit/database/database'
import { registry } from '@alta/kit/telemetry/metrics'
import { sql } from 'kysely'
import { Counter, Gauge, Histogram } from 'prom-client'
import type { ReviewsSchema } from '../database/schema.ts'

const triaged = new Counter({
  name: 'alta_reviews_triaged_total',
  help: 'Readings that the machine was sure of (approved), and those that wait for a person (opened)',
  labelNames: ['kind', 'outcome'] as const,
  registers: [registry],
})
const turnaround = new Histogram({
  name: 'alta_review_turnaround_seconds',
  help: 'Time from the opening of a review to a verdict of a person',
  labelNames: ['kind', 'verdict'] as const,
  buckets: [10, 30, 60, 300, 900, 3_600, 14_400, 28_800, 86_400, 259_200, 604_800],
  registers: [registry],
})
const open = new Gauge({
  name: 'alta_reviews_open',
  help: 'Reviews that wait for a verdict, by whether somebody has claimed them',
  labelNames: ['status'] as const,
  registers: [registry],
})
const oldest = new Gauge({
  name: 'alta_review_oldest_seconds',
  help: 'Since the oldest of them was opened',
  registers: [registry],
})

// Shown as 0 from the start: Prometheus sees no increase in a series that begins with its first event.
for (const kind of ['document', 'voice'] as const) {
  for (const outcome of ['approved', 'opened']) triaged.inc({ kind, outcome }, 0)
  for (const verdict of ['approved', 'rejected', 'sent_back']) turnaround.zero({ kind, verdict })
}

/** Counted in the transaction of the handler: one that is rolled back and repeated counts twice. */
export const noteTriage = (kind: ReviewKind, outcome: 'approved' | 'opened'): void =>
  triaged.inc({ kind, outcome })

/** To be called when the verdict is committed. */
export function noteVerdict(
  review: { kind: ReviewKind; createdAt: Date; updatedAt: Date },
  verdict: 'approved' | 'rejected' | 'sent_back',
): void {
  const seconds = (review.updatedAt.getTime() - review.createdAt.getTime()) / 1_000
  turnaround.observe({ kind: review.kind, verdict }, Math.max(0, seconds))
}

/** Reads what is open, for which there is an index; every replica shows the same. */
export async function countReviews(database: Database<ReviewsSchema>): Promise<void> {
  const { rows } = await database.system(({ tx }) =>
    sql<{ status: string; waiting: number; seconds: number }>`
      select status, count(*)::int as waiting, extract(epoch from now() - min(created_at))::float8 as seconds
      from review_items where status in ('open', 'claimed')
      group by status`.execute(tx),
  )
  for (const status of ['open', 'claimed']) {
    open.set({ status }, rows.find((row) => row.status === status)?.waiting ?? 0)
  }
  oldest.set(Math.max(0, ...rows.map(({ seconds }) => seconds)))
}
