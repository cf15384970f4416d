import { metricValue } from '@alta/kit/testing/metrics'
import { startRedis } from '@alta/kit/testing/own-redis'
import { expect, onTestFinished, test, vi } from 'vitest'
import { processCounters, type TakeFromAll } from './counters.ts'
import { limitHeaders, secondsUntil } from './limit-headers.ts'
import { limiter } from './limiter.ts'
import { demand, policyWith, redisCounters } from './limits.fixture.ts'

const counted = async (policy: string, outcome: string, from: string) =>
  (await metricValue(`alta_limit_decisions_total{policy="${policy}",outcome="${outcome}",from="${from}"}`)) ??
  0

const SECOND = 1_000_000

/** Shared counters that can be taken away, on a clock of the test's own. */
function scene() {
  const at = { now: 0, away: false }
  const counters = processCounters(() => at.now)
  const take = vi.fn<TakeFromAll>(async (asks) => {
    if (at.away) throw new Error('ECONNREFUSED')
    return counters(asks)
  })
  return { at, take, decide: limiter(take, () => at.now) }
}

test('who was refused is refused from memory until there is room again, and then asks anew', async () => {
  const { at, take, decide } = scene()
  const once = [demand(policyWith('user', '10/s burst 10'), 10)]
  expect((await decide(once)).allowed).toBe(true)
  expect((await decide(once)).allowed).toBe(false)
  for (let call = 0; call < 1_000; call++) expect((await decide(once)).allowed).toBe(false)
  expect(take).toHaveBeenCalledTimes(2)
  at.now += SECOND
  expect((await decide(once)).allowed).toBe(true)
  expect(take).toHaveBeenCalledTimes(3)
})

test('what memory knows of a dear request does not keep out a cheap one that fits', async () => {
  const { decide } = scene()
  const policy = policyWith('user', '10/s burst 10')
  expect((await decide([demand(policy, 6)])).allowed).toBe(true)
  expect((await decide([demand(policy, 6)])).allowed).toBe(false)
  expect((await decide([demand(policy, 4)])).allowed).toBe(true)
})

test('Redis away: the same numbers in this process; one call in five seconds tries whether it is back', async () => {
  const { at, take, decide } = scene()
  at.away = true
  const one = [demand(policyWith('user', '1/h burst 3'))]
  const before = await counted('user', 'allowed', 'process')
  for (let call = 0; call < 3; call++) expect((await decide(one)).allowed).toBe(true)
  expect((await decide(one)).allowed).toBe(false)
  expect(take).toHaveBeenCalledTimes(1)
  expect((await counted('user', 'allowed', 'process')) - before).toBe(3)

  at.now += 5 * SECOND
  await Promise.all([decide(one), decide(one), decide(one)])
  expect(take).toHaveBeenCalledTimes(2)
  at.away = false
  at.now += 5 * SECOND
  expect((await decide(one)).allowed).toBe(true)
  expect((await decide(one)).allowed).toBe(true)
  expect(take).toHaveBeenCalledTimes(4)
})

test('Redis away: guessing a password becomes no easier with four gateways', async () => {
  const one = [demand(policyWith('sign-in', '10/min burst 12'))]
  let allowed = 0
  for (let gateway = 0; gateway < 4; gateway++) {
    const { at, decide } = scene()
    at.away = true
    for (let call = 0; call < 20; call++) if ((await decide(one)).allowed) allowed++
  }
  expect(allowed).toBe(12)
})

test('a Redis that is killed refuses nobody, and is not asked again for each request', async () => {
  const redis = await startRedis()
  const counters = await redisCounters({ url: `redis://${redis.host}` })
  const take = vi.fn<TakeFromAll>(counters.take)
  const decide = limiter(take)
  const one = [demand(policyWith('user', '1000/s'))]
  expect((await decide(one)).allowed).toBe(true)
  await redis.stop()
  for (let call = 0; call < 50; call++) expect((await decide(one)).allowed).toBe(true)
  expect(take).toHaveBeenCalledTimes(2)
})

test.each([
  ['read-only', ['REPLICAOF', '127.0.0.1', '1']],
  ['full', ['CONFIG', 'SET', 'maxmemory', '1']],
])('a Redis that is %s refuses nobody: this process counts', async (_what, [command = '', ...words]) => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const { take } = await redisCounters({ url: `redis://${redis.host}` })
  const decide = limiter(take)
  const one = [demand(policyWith('user', '1/h burst 3'))]
  expect((await decide(one)).allowed).toBe(true)
  await redis.client.call(command, ...words)
  for (let call = 0; call < 3; call++) expect((await decide(one)).allowed).toBe(true)
  expect((await decide(one)).allowed).toBe(false)
})

test('a Redis that hangs is waited for once', async () => {
  const take = vi.fn<TakeFromAll>()
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const counters = await redisCounters({ url: `redis://${redis.host}`, patienceMs: 300 })
  const decide = limiter(take.mockImplementation(counters.take))
  const one = [demand(policyWith('user', '1000/s'))]
  await decide(one)
  await redis.client.call('CLIENT', 'PAUSE', '2000')
  for (let call = 0; call < 200; call++) expect((await decide(one)).allowed).toBe(true)
  expect(take).toHaveBeenCalledTimes(2)
})

test('in shadow nobody is refused or told; the metrics say who would have been', async () => {
  const { decide } = scene()
  const shadow = demand(policyWith('everybody', '10/h burst 10 shadow'), 10)
  const real = demand(policyWith('user', '100/s burst 200'), 1)
  const before = await counted('everybody', 'would_have_denied', 'redis')
  await decide([shadow, real])
  const { allowed, findings } = await decide([shadow, real])
  expect(allowed).toBe(true)
  expect((await counted('everybody', 'would_have_denied', 'redis')) - before).toBe(1)
  expect(JSON.stringify(limitHeaders(findings))).not.toContain('everybody')
})

test('headers say quota, window, what is left and when all of it is back; Retry-After when it will fit', async () => {
  const { decide } = scene()
  const user = demand(policyWith('user', '60/min burst 60'), 50)
  const signIn = demand(policyWith('sign-in', '10/min burst 10'))
  expect(limitHeaders((await decide([user, signIn])).findings)).toEqual({
    'ratelimit-policy': '"user";q=60;w=60, "sign-in";q=10;w=60',
    ratelimit: '"user";r=10;t=50, "sign-in";r=9;t=6',
  })
  const { allowed, findings } = await decide([user, signIn])
  expect(allowed).toBe(false)
  expect(secondsUntil(findings)).toBe(40)
})
