import { randomUUID } from 'node:crypto'
import { parseConfig, redisEnvironment } from '@alta/kit/config'
import { testConfig } from '@alta/kit/testing/config'
import { Redis } from 'ioredis'
import { RateLimiterRedis, RateLimiterUnion } from 'rate-limiter-flexible'
import type { Ask } from '../../services/gateway/src/limits/counters.ts'
import { type Demand, limiter } from '../../services/gateway/src/limits/limiter.ts'
import { policiesOf } from '../../services/gateway/src/limits/policies.ts'
import { openRedisCounters } from '../../services/gateway/src/limits/redis-counters.ts'
import { rounds, short } from './config.ts'
import { forSeconds, perSecond, rateCells, ratio } from './figures.ts'
import { versionOf } from './peers/versions.ts'
import type { Section } from './report.ts'

const CALLERS = 50
const SECONDS = short ? 0.5 : 3
const USERS = 1_000

/** Decisions on requests, one process and one connection each; nobody is refused but where it says so. */
export async function benchLimits(): Promise<Section> {
  await using opened = new AsyncDisposableStack()
  const prefix = `bench-limits:${randomUUID()}:`
  const { config } = parseConfig(redisEnvironment, {
    REDIS_URL: testConfig.TEST_REDIS_URL,
    REDIS_KEY_PREFIX: prefix,
  })
  if (!config) throw new Error('TEST_REDIS_URL is no address of a Redis')
  const counters = opened.adopt(await openRedisCounters(config, { patienceMs: 10_000 }), (one) => one.close())
  const redis = opened.adopt(new Redis(testConfig.TEST_REDIS_URL), (one) => one.disconnect())

  // A thousand a second, with a burst that nobody uses up.
  const ask = (key: string): Ask => ({ key, interval: 1_000, burst: 10_000_000, cost: 1, enforced: true })
  const three = (key: string): Ask[] => [ask(key), ask(`address:${key}`), ask('everybody')]
  const refusals = limiter(counters.take)
  const refused: Demand[] = [...policiesOf('per-second', {}).values()]
    .filter(({ name }) => name === 'sign-in')
    .map((policy) => ({ policy, key: 'sign-in:somebody', cost: 1 }))

  const peer = (name: string) =>
    new RateLimiterRedis({ storeClient: redis, keyPrefix: prefix + name, points: 1e9, duration: 10 })
  const single = peer('user')
  const union = new RateLimiterUnion(single, peer('address'), peer('everybody'))
  // What a call of a script costs that does next to nothing.
  const sha = String(await redis.script('LOAD', `return redis.call('GET', KEYS[1])`))

  const contestants: { name: string; rates: number[]; decide(user: string): Promise<unknown> }[] = [
    { name: 'Alta, one policy', rates: [], decide: (user) => counters.take([ask(user)]) },
    { name: 'Alta, three policies', rates: [], decide: (user) => counters.take(three(user)) },
    { name: 'Alta, refused from memory', rates: [], decide: () => refusals(refused) },
    { name: 'rate-limiter-flexible, one limiter', rates: [], decide: (user) => single.consume(user) },
    { name: 'rate-limiter-flexible, union of three', rates: [], decide: (user) => union.consume(user) },
    {
      name: 'floor: a script that reads one key',
      rates: [],
      decide: (user) => redis.evalsha(sha, 1, prefix + user),
    },
  ]
  for (let call = 0; call < 20; call++) await refusals(refused)
  for (let round = -1; round < rounds; round++) {
    for (const { rates, decide } of contestants) {
      let call = 0
      const { perSecond: rate } = await forSeconds(SECONDS, CALLERS, () => decide(`user-${call++ % USERS}`))
      if (round >= 0) rates.push(rate)
    }
  }
  const [one = [], all = [], , flexible = [], flexibleUnion = [], floor = []] = contestants.map(
    ({ rates }) => rates,
  )
  return {
    title: 'Limits: decisions on requests',
    columns: ['what', 'decisions/s, median', 'lowest and highest round'],
    rows: contestants.map(({ name, rates }) => [name, ...rateCells(rates)]),
    notes: [
      `${CALLERS} callers in one process for ${SECONDS} s, ${perSecond(USERS)} users, one connection, ${rounds} rounds in turn; rate-limiter-flexible ${versionOf('rate-limiter-flexible')} with ioredis.`,
      `One policy against rate-limiter-flexible: ${ratio(one, flexible)}; three policies against its union of three: ${ratio(all, flexibleUnion)}; one policy against the floor: ${ratio(one, floor)}, three: ${ratio(all, floor)}.`,
      'rate-limiter-flexible counts in fixed windows, and its union keeps what was taken when one limiter refuses; Alta’s script does neither.',
    ],
  }
}
