import type { RedisConfig } from '@alta/kit/config'
import { Redis, type RedisOptions } from 'ioredis'

/**
 * A connection for what requests wait for: a call that cannot be sent now fails at once. It connects again by itself;
 * while Redis is away the gateway goes on without.
 */
export async function impatientRedis(
  { REDIS_URL }: RedisConfig,
  options: Pick<RedisOptions, 'keyPrefix' | 'commandTimeout' | 'scripts'>,
): Promise<Redis> {
  const redis = new Redis(REDIS_URL, {
    lazyConnect: true,
    connectTimeout: 2_000,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
    ...options,
  })
  // Each call says what is wrong; without a listener every lost connection would be printed.
  redis.on('error', () => undefined)
  // A first try that fails is no other than a later one that does.
  await redis.connect().catch(() => undefined)
  return redis
}
