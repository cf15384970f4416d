import { itemStatus } from '@alta/contracts/resources/item'
import type { ReviewKind } from '@alta/contracts/resources/review'
import type { Database } from '@alta/kit/database/database'
import { currentExemplar } from '@alta/kit/telemetry/exemplar'
import { registry } from '@alta/kit/telemetry/metrics'
import { sql } from 'kysely'
import { Counter, Gauge, Histogram } from 'prom-client'
import type { Schema } from '../database/schema.ts'
import type { ItemStatus } from './status.ts'

/*
 * What is counted here is counted in the transaction that decides it. One that is rolled back afterwards and repeated
 * counts twice; that is rare, and no reason for a hook in every commit.
 */

const kindLabel = ['kind'] as const

const transitions = new Counter({
  name: 'alta_item_transitions_total',
  help: 'Documents and recordings that came into a state',
  labelNames: ['kind', 'status'] as const,
  registers: [registry],
})
const ready = new Histogram({
  name: 'alta_item_ready_seconds',
  help: 'Time from the upload, or from asking for another reading, until the text was approved, lay before a reviewer, or had failed',
  labelNames: ['kind', 'outcome'] as const,
  buckets: [1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400, 86_400],
  enableExemplars: true,
  registers: [registry],
})
const confidence = new Histogram({
  name: 'alta_reading_confidence_ratio',
  help: 'How sure the engine was of a whole document or recording',
  labelNames: kindLabel,
  buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99, 1],
  registers: [registry],
})
const items = new Gauge({
  name: 'alta_items_stored',
  help: 'Documents and recordings by state, deleted ones left out',
  labelNames: ['kind', 'status'] as const,
  registers: [registry],
})
const oldest = new Gauge({
  name: 'alta_item_oldest_seconds',
  help: 'Since the oldest one in this state was changed; for the states that should pass by themselves',
  labelNames: ['kind', 'status'] as const,
  registers: [registry],
})

const passing: readonly ItemStatus[] = ['uploaded', 'processing']
const settled: Partial<Record<ItemStatus, string>> = {
  approved: 'approved',
  in_review: 'in_review',
  failed: 'failed',
}

// Shown as 0 from the start: Prometheus sees no increase in a series that begins with its first event.
for (const kind of ['document', 'voice'] as const) {
  for (const status of itemStatus.options) transitions.inc({ kind, status }, 0)
  for (const outcome of Object.values(settled)) ready.zero({ kind, outcome })
  confidence.zero({ kind })
}

/** An item came into another state. @param askedAt when the current reading was asked for */
export function noteTransition(kind: ReviewKind, from: ItemStatus, to: ItemStatus, askedAt: Date): void {
  transitions.inc({ kind, status: to })
  const outcome = settled[to]
  if (outcome === undefined || !passing.includes(from)) return
  const value = Math.max(0, Date.now() - askedAt.getTime()) / 1_000
  ready.observe({ labels: { kind, outcome }, value, exemplarLabels: currentExemplar() })
}

export const noteConfidence = (kind: ReviewKind, value: number): void => confidence.observe({ kind }, value)

/** Reads both tables once; every replica shows the same. */
export async function countItemsByState(database: Database<Schema>): Promise<void> {
  const { rows } = await database.system(({ tx }) =>
    sql<{ kind: ReviewKind; status: ItemStatus; stored: number; seconds: number }>`
      select kind, status, count(*)::int as stored, extract(epoch from now() - min(updated_at))::float8 as seconds
      from (
        select 'document' as kind, status, updated_at from documents where deleted_at is null
        union all
        select 'voice', status, updated_at from voice_samples where deleted_at is null
      ) item
      group by kind, status`.execute(tx),
  )
  for (const kind of ['document', 'voice'] as const) {
    for (const status of itemStatus.options) {
      const found = rows.find((row) => row.kind === kind && row.status === status)
      items.set({ kind, status }, found?.stored ?? 0)
      if (passing.includes(status)) oldest.set({ kind, status }, Math.max(0, found?.seconds ?? 0))
    }
  }
}
