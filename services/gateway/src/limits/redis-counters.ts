import { readFileSync } from 'node:fs'
import type { RedisConfig } from '@alta/kit/config'
import type { HealthCheck } from '@alta/kit/health/health'
import { Redis, type Result } from 'ioredis'
import type { Clock, TakeFromAll } from './counters.ts'

declare module 'ioredis' {
  interface RedisCommander<Context> {
    takeFromAll(keys: number, ...keysAndArguments: (string | number)[]): Result<number[], Context>
  }
}

const lua = readFileSync(new URL('take-from-all.lua', import.meta.url), 'utf8')

export interface RedisCounters {
  take: TakeFromAll
  check: HealthCheck
  close(): void
}

/**
 * Counters that all gateways share. Each call is one script, of which Redis keeps a copy, so that only its hash travels.
 * @param patienceMs a call that takes longer counts as failed: a request waits no longer for being counted
 * @param clock for tests; Redis' own otherwise, which is the same for all
 */
export async function openRedisCounters(
  { REDIS_URL, REDIS_KEY_PREFIX }: RedisConfig,
  { patienceMs = 50, clock }: { patienceMs?: number; clock?: Clock | undefined } = {},
): Promise<RedisCounters> {
  const redis = new Redis(REDIS_URL, {
    keyPrefix: `${REDIS_KEY_PREFIX}limit:`,
    lazyConnect: true,
    connectTimeout: 2_000,
    // What cannot be sent fails at once: whoever waits in a queue is a request.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
    scripts: { takeFromAll: { lua } },
  })
  // Each call says what is wrong; without a listener every lost connection would be printed.
  redis.on('error', () => undefined)
  // It goes on trying by itself. Requests are counted here meanwhile.
  await redis.connect().catch(() => undefined)

  return {
    async take(asks) {
      const figures = asks.flatMap(({ interval, burst, cost, enforced }) => [
        interval,
        burst,
        cost,
        enforced ? 1 : 0,
      ])
      const keys = asks.map(({ key }) => key)
      const answer = await inTime(
        redis.takeFromAll(keys.length, ...keys, clock?.() ?? '', ...figures),
        patienceMs,
      )
      return asks.map((_ask, index) => ({
        fits: answer[2 * index] === 1,
        used: answer[2 * index + 1] ?? Number.NaN,
      }))
    },
    // Not needed for being ready: without it each process counts for itself.
    check: {
      name: 'redis',
      needed: false,
      check: async () => {
        await redis.ping()
        return undefined
      },
    },
    close: () => redis.disconnect(),
  }
}

/** @throws {Error} after so many milliseconds */
async function inTime<Value>(call: Promise<Value>, milliseconds: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const giveUp = (): void => reject(new Error(`no answer within ${milliseconds} ms`))
    // An answer that came while this process was busy is read before immediates run: it is not late.
    timer = setTimeout(() => setImmediate(giveUp), milliseconds)
  })
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}
