import { registry } from '@alta/kit/telemetry/metrics'
import { Counter } from 'prom-client'
import type { PolicyName } from './policies.ts'

const decisions = new Counter({
  name: 'alta_limit_decisions_total',
  help: 'What each policy found: allowed, denied, or would_have_denied in shadow; by redis, from memory, or by this process alone while Redis is away',
  labelNames: ['policy', 'outcome', 'from'] as const,
  registers: [registry],
})

export type Outcome = 'allowed' | 'denied' | 'would_have_denied'

export function countDecision(
  policy: PolicyName,
  outcome: Outcome,
  from: 'redis' | 'memory' | 'process',
): void {
  decisions.inc({ policy, outcome, from })
}

/** How often each was found since this process began, under `<policy>:<outcome>`. */
export async function decisionsSoFar(): Promise<Map<`${PolicyName}:${Outcome}`, number>> {
  const sums = new Map<`${PolicyName}:${Outcome}`, number>()
  const { values } = await decisions.get()
  for (const { labels, value } of values) {
    // Labels are those that `countDecision` gives.
    const key = `${labels.policy}:${labels.outcome}` as `${PolicyName}:${Outcome}`
    sums.set(key, (sums.get(key) ?? 0) + value)
  }
  return sums
}
