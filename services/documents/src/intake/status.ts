import type { itemStatus } from '@alta/contracts/resources/item'
import type { z } from 'zod'

export type ItemStatus = z.infer<typeof itemStatus>
export type Verdict = Extract<ItemStatus, 'in_review' | 'approved' | 'rejected' | 'failed'>

/** What is known about the current run of the engine; each event adds its fact, in any order. */
export interface Facts {
  readonly started_at: Date | null
  readonly machine_result: string | null
  readonly failure_code: string | null
  readonly verdict: Verdict | null
}

/**
 * The status that follows from the facts alone, not from the order in which they came: a verdict outweighs the
 * engine, and a result outweighs an engine's failure, as when a dead letter was retried with success.
 */
export function statusOf(facts: Facts): ItemStatus {
  if (facts.verdict) return facts.verdict
  if (facts.machine_result) return 'processing'
  if (facts.failure_code) return 'failed'
  return facts.started_at ? 'processing' : 'uploaded'
}
