import { readFileSync } from 'node:fs'
import type { RedisConfig } from '@alta/kit/config'
import type { HealthCheck } from '@alta/kit/health/health'
import type { Result } from 'ioredis'
import { impatientRedis } from '../redis.ts'
import type { Ask, Clock, Counted, TakeFromAll } from './counters.ts'

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

/** Decisions of one call: Redis, which others use as well, does nothing else meanwhile. */
const MOST_TOGETHER = 100

/** A request that waits for its decision. */
interface Waiting {
  asks: readonly Ask[]
  resolve(counted: Counted[]): void
  reject(error: unknown): void
}

/**
 * Counters that all gateways share. Requests that come in together are decided on by one script call: writing to a
 * socket costs more than deciding. Redis keeps a copy of the script, so that only its hash travels.
 * @param patienceMs a call that takes longer counts as failed: a request waits no longer for being counted
 * @param clock for tests; Redis' own otherwise, which is the same for all
 */
export async function openRedisCounters(
  config: RedisConfig,
  { patienceMs = 50, clock }: { patienceMs?: number; clock?: Clock | undefined } = {},
): Promise<RedisCounters> {
  const prefix = `${config.REDIS_KEY_PREFIX}limit:`
  const redis = await impatientRedis(config, { scripts: { takeFromAll: { lua } } })

  const waiting: Waiting[] = []
  function sendAll(): void {
    while (waiting.length > 0) send(waiting.splice(0, MOST_TOGETHER))
  }

  function send(together: readonly Waiting[]): void {
    const keys: string[] = []
    const figures: (string | number)[] = [clock?.() ?? '']
    for (const { asks } of together) {
      figures.push(asks.length)
      for (const { key, interval, burst, cost, enforced } of asks) {
        keys.push(prefix + key)
        figures.push(interval * burst, interval * cost, enforced ? 1 : 0)
      }
    }
    inTime(redis.takeFromAll(keys.length, ...keys, ...figures), patienceMs).then(
      (answer) => {
        let at = 0
        for (const { asks, resolve } of together) {
          resolve(asks.map(() => ({ fits: answer[at++] === 1, used: answer[at++] ?? Number.NaN })))
        }
      },
      (error: unknown) => {
        for (const { reject } of together) reject(error)
      },
    )
  }

  return {
    take: (asks) =>
      new Promise((resolve, reject) => {
        waiting.push({ asks, resolve, reject })
        // Once what has arrived on other connections has been read as well.
        if (waiting.length === 1) setImmediate(sendAll)
      }),
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
