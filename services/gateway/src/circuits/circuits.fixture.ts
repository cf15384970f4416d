import { randomUUID } from 'node:crypto'
import { parseConfig, redisEnvironment } from '@alta/kit/config'
import { testConfig } from '@alta/kit/testing/config'
import { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'
import type { CircuitRules } from './circuit.ts'
import { type Circuits, circuits } from './circuits.ts'
import { openSharedCircuits } from './shared-circuits.ts'

export const rules: CircuitRules = { failures: 5, openMs: 30_000, trials: 2, trialMs: 35_000, successes: 2 }

/** Far from any real time, so that no clock but the test's can be meant. */
export const start = 1_800_000_000_000

/** As a gateway has them, but patient: tests have neighbours. @param url the Redis of all tests unless told */
export async function sharedCircuits(
  options: { prefix?: string; clock?: () => number; url?: string; patienceMs?: number } = {},
) {
  const { prefix = `test-circuits:${randomUUID()}:`, url = testConfig.TEST_REDIS_URL, ...rest } = options
  const { config } = parseConfig(redisEnvironment, { REDIS_URL: url, REDIS_KEY_PREFIX: prefix })
  if (!config) throw new Error('TEST_REDIS_URL is no address of a Redis')
  const shared = await openSharedCircuits(config, rules, { patienceMs: 10_000, ...rest })
  onTestFinished(async () => {
    shared.close()
    if (options.url) return
    const redis = new Redis(url)
    await redis.del(`${prefix}circuit:all`)
    redis.disconnect()
  })
  return shared
}

/** Circuits of so many gateways, whose clocks differ, over one Redis. */
export async function gatewaysWith(count: number, clock: () => number): Promise<Circuits[]> {
  const prefix = `test-circuits:${randomUUID()}:`
  return Promise.all(
    Array.from({ length: count }, async (_, index) =>
      circuits(await sharedCircuits({ prefix, clock }), rules, () => clock() + index * 86_400_000),
    ),
  )
}
