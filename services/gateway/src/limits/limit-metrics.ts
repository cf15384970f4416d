import { registry } from '@alta/kit/telemetry/metrics'
import { Counter } from 'prom-client'
import type { PolicyName } from './policies.ts'

const decisions = new Counter({
  name: 'alta_limit_decisions_total',
  help: 'What each policy found: allowed, denied, or would_have_denied in shadow; by redis, from memory, or by this process alone while Redis is away',
  labelNames: ['policy', 'outcome', 'from'] as const,
  registers: [registry],
})

export function countDecision(
  policy: PolicyName,
  outcome: 'allowed' | 'denied' | 'would_have_denied',
  from: 'redis' | 'memory' | 'process',
): void {
  decisions.inc({ policy, outcome, from })
}
