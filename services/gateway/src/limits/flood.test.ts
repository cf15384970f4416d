import { setTimeout as delay } from 'node:timers/promises'
import { testConfig } from '@alta/kit/testing/config'
import { startRedis } from '@alta/kit/testing/own-redis'
import { eventually } from '@alta/kit/testing/wait'
import { expect, onTestFinished, test } from 'vitest'
import { now, startFlood, type Taken, within, worstWindow } from './flood.fixture.ts'
import { somePrefix } from './limits.fixture.ts'

const GATEWAYS = 4
const user = { name: 'user', perSecond: 400, burst: 80 } as const
const signIn = { name: 'sign-in', perSecond: 200, burst: 40 } as const
/** Five times as many as are let through, from all gateways together. */
const limits = [user, signIn].map(({ name, perSecond, burst }) => ({
  name,
  limit: `${perSecond}/s burst ${burst}`,
  askedPerSecond: (5 * perSecond) / GATEWAYS,
}))

async function flood(redisUrl: string) {
  const started = await startFlood({ redisUrl, prefix: somePrefix(), limits }, GATEWAYS)
  onTestFinished(() => started[Symbol.asyncDispose]())
  return started
}

test('four gateways at five times the limit: no window lets more through than rate and burst, and none is starved', async () => {
  const running = await flood(testConfig.TEST_REDIS_URL)
  const began = now()
  await delay(5_000)
  const seconds = (now() - began) / 1_000
  const { allowed, refused } = await running.stop()
  for (const { name, perSecond, burst } of [user, signIn]) {
    const taken = allowed[name] ?? []
    expect(worstWindow(taken, perSecond)).toBeLessThanOrEqual(burst)
    // A busy machine may pause all of them for longer than the burst lasts.
    expect(taken.length).toBeGreaterThan((perSecond * seconds) / 2)
    expect(refused[name]).toBeGreaterThan(taken.length)
  }
})

test('the same while Redis is killed and comes back empty: open by itself in each gateway, a quarter for signing in, shared again after', async () => {
  const redis = await startRedis()
  const running = await flood(`redis://${redis.host}`)
  await delay(1_500)
  const killed = now()
  await redis.stop()
  const gone = now()
  await delay(1_500)
  const starting = now()
  const again = await startRedis(Number(redis.host.split(':')[1]))
  onTestFinished(() => again.stop())
  const shared = await eventually('all gateways count together', () => running.sharedAgain(), 45)
  await delay(1_500)
  const { allowed } = await running.stop()
  const [users = [], signIns = []] = [allowed.user, allowed['sign-in']]

  for (const [taken, { perSecond, burst }] of [
    [users, user],
    [signIns, signIn],
  ] as const) {
    expect(worstWindow(within(taken, 0, killed), perSecond)).toBeLessThanOrEqual(burst)
    expect(worstWindow(within(taken, shared, Number.POSITIVE_INFINITY), perSecond)).toBeLessThanOrEqual(burst)
    expect(within(taken, shared, Number.POSITIVE_INFINITY).length).toBeGreaterThan(0)
  }
  const away = (taken: readonly Taken[]) => within(taken, gone, starting)
  expect(away(users).length).toBeGreaterThan(0)
  expect(worstWindow(away(users), GATEWAYS * user.perSecond)).toBeLessThanOrEqual(GATEWAYS * user.burst)
  expect(away(signIns).length).toBeGreaterThan(0)
  expect(worstWindow(away(signIns), signIn.perSecond)).toBeLessThanOrEqual(signIn.burst)
  // And over all of it: a burst more when Redis goes, and one when it is back.
  expect(worstWindow(users, GATEWAYS * user.perSecond)).toBeLessThanOrEqual((GATEWAYS + 2) * user.burst)
  expect(worstWindow(signIns, signIn.perSecond)).toBeLessThanOrEqual(3 * signIn.burst)
})

test('a window that lets too much through is found wherever it lies, however long deciding took', () => {
  const steady = Array.from({ length: 100 }, (_, at): Taken => [at * 100, at * 100 + 5])
  expect(worstWindow(steady, 10)).toBeLessThanOrEqual(1)
  const more = [...steady, ...Array.from({ length: 7 }, (): Taken => [4_321, 4_322])]
  expect(worstWindow(more, 10)).toBeGreaterThan(7 - 1)
  expect(worstWindow(more, 10)).toBeLessThanOrEqual(8)
})
