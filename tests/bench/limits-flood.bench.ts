import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { startRedis } from '@alta/kit/testing/own-redis'
import { eventually } from '@alta/kit/testing/wait'
import {
  now,
  startFlood,
  type Taken,
  type Tally,
  within,
  worstWindow,
} from '../../services/gateway/src/limits/flood.fixture.ts'
import { short } from './config.ts'
import { perSecond as withCommas } from './figures.ts'
import type { Section } from './report.ts'

const GATEWAYS = 4
const TIMES = 5
const SECONDS = short ? 6 : 30
const user = { name: 'user', perSecond: 500, burst: 100 } as const
const signIn = { name: 'sign-in', perSecond: 200, burst: 40 } as const
const limits = [user, signIn].map(({ name, perSecond, burst }) => ({
  name,
  limit: `${perSecond}/s burst ${burst}`,
  askedPerSecond: (TIMES * perSecond) / GATEWAYS,
}))

/** What four gateways let through together, at five times the limit, and while Redis is killed and comes back empty. */
export async function benchFlood(): Promise<Section> {
  const there = await flooded(() => delay(SECONDS * 1_000))
  const { tally, found } = await flooded(async ({ opened, redis, sharedAgain }) => {
    await delay((SECONDS / 3) * 1_000)
    const killed = now()
    await redis.stop()
    const gone = now()
    await delay((SECONDS / 6) * 1_000)
    const starting = now()
    const again = await startRedis(Number(redis.host.split(':')[1]))
    opened.defer(() => again.stop())
    const shared = await eventually('all gateways count together', sharedAgain, 60)
    await delay((SECONDS / 3) * 1_000)
    return { killed, gone, starting, shared }
  })
  const { killed, gone, starting, shared } = found

  const row =
    (when: string, of: Tally, from: number, to: number) =>
    (one: typeof user | typeof signIn, times: number, promised: number) => {
      const taken: Taken[] = within(of.allowed[one.name] ?? [], from, to)
      const rate = times * one.perSecond
      const worst = worstWindow(taken, rate)
      const kept = worst <= promised ? 'yes' : 'NO'
      const most = `${rate}/s + ${promised}`
      return [when, one.name, withCommas(taken.length), most, `${rate}/s + ${worst.toFixed(1)}`, kept]
    }
  const forever = Number.POSITIVE_INFINITY
  const steady = row('Redis is there', there.tally, 0, forever)
  const before = row('until Redis is killed', tally, 0, killed)
  const away = row('Redis is away', tally, gone, starting)
  const after = row('Redis is asked again', tally, shared, forever)
  const whole = row('all of that', tally, 0, forever)
  const refused = Object.values(there.tally.refused).reduce((sum, count) => sum + count, 0)
  return {
    title: 'Limits: what four gateways let through',
    columns: ['when', 'limit', 'let through', 'promised at most', 'most in any window', 'kept'],
    rows: [
      steady(user, 1, user.burst),
      steady(signIn, 1, signIn.burst),
      before(user, 1, user.burst),
      before(signIn, 1, signIn.burst),
      away(user, GATEWAYS, GATEWAYS * user.burst),
      away(signIn, 1, signIn.burst),
      after(user, 1, user.burst),
      after(signIn, 1, signIn.burst),
      whole(user, GATEWAYS, (GATEWAYS + 2) * user.burst),
      whole(signIn, 1, 3 * signIn.burst),
    ],
    notes: [
      `${GATEWAYS} processes with the gateway's own limiter, on a Redis of their own: ${limits.map(({ name, limit }) => `${name} ${limit}`).join(', ')}; together they are asked ${TIMES} times as often for ${SECONDS} s. Of the first run ${withCommas(refused)} were refused. In the second Redis is killed after a third and comes back empty after another sixth.`,
      'Every window that begins and ends with a decision is looked at: decisions that were asked for and answered within it, less what comes back in that time, is what stands behind the plus.',
      'While Redis is away each gateway counts by itself: limits of users stay open with the same numbers in each, signing in with a quarter.',
    ],
  }
}

interface Scene {
  redis: Awaited<ReturnType<typeof startRedis>>
  sharedAgain(): number | undefined
  /** What is closed once the flood has ended. */
  opened: AsyncDisposableStack
}

/** A flood for as long as `meanwhile` takes. */
async function flooded<Found>(
  meanwhile: (scene: Scene) => Promise<Found>,
): Promise<{ tally: Tally; found: Found }> {
  await using opened = new AsyncDisposableStack()
  const redis = await startRedis()
  opened.defer(() => redis.stop())
  const prefix = `bench-flood:${randomUUID()}:`
  const flood = opened.use(await startFlood({ redisUrl: `redis://${redis.host}`, prefix, limits }, GATEWAYS))
  const found = await meanwhile({ redis, sharedAgain: flood.sharedAgain, opened })
  return { tally: await flood.stop(), found }
}
