import { randomUUID } from 'node:crypto'
import { parseConfig, redisEnvironment } from '@alta/kit/config'
import { testConfig } from '@alta/kit/testing/config'
import { onTestFinished } from 'vitest'
import type { Ask, Clock } from './counters.ts'
import { readLimit } from './limit-setting.ts'
import type { Demand } from './limiter.ts'
import { type Policy, type PolicyName, policiesOf } from './policies.ts'
import { openRedisCounters } from './redis-counters.ts'

/** Keys of one test; they go by themselves. */
export const somePrefix = (): string => `test-limits:${randomUUID()}:`

/** Counters as a gateway has them, but patient: tests have neighbours. @param url the Redis of all tests unless told */
export async function redisCounters(
  options: { prefix?: string; clock?: Clock; url?: string; patienceMs?: number } = {},
) {
  const { config } = parseConfig(redisEnvironment, {
    REDIS_URL: options.url ?? testConfig.TEST_REDIS_URL,
    REDIS_KEY_PREFIX: options.prefix ?? somePrefix(),
  })
  if (!config) throw new Error('TEST_REDIS_URL is no address of a Redis')
  const counters = await openRedisCounters(config, { patienceMs: 10_000, ...options })
  onTestFinished(() => counters.close())
  return counters
}

export const ask = (key: string, changes: Partial<Ask> = {}): Ask => ({
  key,
  interval: 60_000_000,
  burst: 5,
  cost: 1,
  enforced: true,
  ...changes,
})

/** @param limit as in the environment */
export function policyWith(name: PolicyName, limit: string): Policy {
  const policy = policiesOf('per-second', { [name]: readLimit(limit) }).get(name)
  if (!policy) throw new Error(`${limit} is no limit`)
  return policy
}

export const demand = (policy: Policy, cost = 1): Demand => ({ policy, key: `${policy.name}:somebody`, cost })
