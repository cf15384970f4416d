import type { RedisConfig } from '@alta/kit/config'
import { impatientRedis } from '../redis.ts'
import { decisionsSoFar } from './limit-metrics.ts'

const HOUR_MS = 3_600_000
const HOURS = 24

/** What all gateways have found within the last 24 hours, the hour that runs among them. */
export interface LastDay {
  /** Adds what this process has found since it last did. What cannot be told now is told the next time. */
  tell(): Promise<void>
  /** By `<policy>:<outcome>`. @throws {Error} when Redis does not answer */
  read(): Promise<ReadonlyMap<string, number>>
  close(): void
}

/** Keeps one hash of an hour in Redis. @param clock milliseconds */
export async function openLastDay(config: RedisConfig, clock: () => number = Date.now): Promise<LastDay> {
  const redis = await impatientRedis(config, {
    keyPrefix: `${config.REDIS_KEY_PREFIX}limits-found:`,
    commandTimeout: 1_000,
  })
  const told = new Map<string, number>()
  const hour = (): number => Math.floor(clock() / HOUR_MS)

  return {
    async tell() {
      const now = await decisionsSoFar()
      const key = String(hour())
      const news = [...now].map(([field, count]) => [field, count - (told.get(field) ?? 0)] as const)
      const some = news.filter(([, count]) => count > 0)
      if (some.length === 0) return
      const change = redis.multi()
      for (const [field, count] of some) change.hincrby(key, field, count)
      await change.expire(key, ((HOURS + 1) * HOUR_MS) / 1_000).exec()
      for (const [field, count] of now) told.set(field, count)
    },
    async read() {
      const newest = hour()
      const hours = await Promise.all(
        Array.from({ length: HOURS }, (_, back) => redis.hgetall(String(newest - back))),
      )
      const sums = new Map<string, number>()
      for (const [field, count] of hours.flatMap((one) => Object.entries(one)))
        sums.set(field, (sums.get(field) ?? 0) + Number(count))
      return sums
    },
    close: () => redis.disconnect(),
  }
}
