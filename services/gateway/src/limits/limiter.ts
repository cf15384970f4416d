import { log } from '@alta/kit/telemetry/log'
import { type Ask, type Clock, monotonic, processCounters, type TakeFromAll } from './counters.ts'
import { countDecision } from './limit-metrics.ts'
import type { Bucket, Policy } from './policies.ts'
import { refusals } from './refusals.ts'
import { whileTheyAnswer } from './while-they-answer.ts'

/** What a request wants of one policy. */
export interface Demand {
  policy: Policy
  /** Who is counted, as `user:<id>`. */
  key: string
  cost: number
}

/** What became of a demand. */
export interface Finding extends Bucket {
  policy: Policy
  cost: number
  fits: boolean
  /** Microseconds until everything in use has come back. */
  used: number
}

export interface Decision {
  allowed: boolean
  findings: readonly Finding[]
}

export type Limiter = (demands: readonly Demand[]) => Promise<Decision>

/**
 * Decides on requests: from memory when it is known that they are too many, else by the shared counters in one call,
 * and while those are away by counters of this process.
 */
export function limiter(shared: TakeFromAll, clock: Clock = monotonic): Limiter {
  const askShared = whileTheyAnswer(shared, clock)
  const own = processCounters(clock)
  const refused = refusals(clock)

  function remembered(demands: readonly Demand[], asks: readonly Ask[]): Finding[] {
    return demands.flatMap((demand, index) => {
      const ask = asks[index]
      const known = demand.policy.enforced && ask ? refused.find(ask) : undefined
      return known ? [{ ...demand, ...demand.policy.shared, ...known }] : []
    })
  }

  return async (demands) => {
    const asks = demands.map((demand) => askOf(demand, demand.policy.shared))
    const known = remembered(demands, asks)
    if (known.length > 0) return decided(known, 'memory')

    const began = clock()
    const counted = demands.length === 0 ? [] : await askShared(asks)
    const from = counted ? 'redis' : 'process'
    const bucketOf = ({ policy }: Demand): Bucket => (counted ? policy.shared : policy.alone)
    const found = counted ?? own(demands.map((demand) => askOf(demand, bucketOf(demand))))
    const findings = demands.map((demand, index) => {
      const { fits = true, used = 0 } = found[index] ?? {}
      return { ...demand, ...bucketOf(demand), fits, used }
    })
    if (counted) {
      for (const [index, ask] of asks.entries()) {
        const one = counted[index]
        if (one && !one.fits && ask.enforced) refused.note(ask, one, began)
      }
    }
    return decided(findings, from)
  }
}

const askOf = ({ policy, key, cost }: Demand, bucket: Bucket): Ask => ({
  ...bucket,
  key,
  cost,
  enforced: policy.enforced,
})

function decided(findings: readonly Finding[], from: 'redis' | 'memory' | 'process'): Decision {
  const allowed = findings.every(({ policy, fits }) => fits || !policy.enforced)
  for (const { policy, fits } of findings) {
    if (fits && allowed) countDecision(policy.name, 'allowed', from)
    if (!fits) countDecision(policy.name, policy.enforced ? 'denied' : 'would_have_denied', from)
    if (!fits && !policy.enforced)
      log.info({ policy: policy.name }, 'a limit in shadow would have refused this')
  }
  return { allowed, findings }
}
