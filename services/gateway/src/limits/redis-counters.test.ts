import { testConfig } from '@alta/kit/testing/config'
import { startRedis } from '@alta/kit/testing/own-redis'
import { eventually } from '@alta/kit/testing/wait'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { type Ask, processCounters } from './counters.ts'
import { ask, redisCounters, somePrefix } from './limits.fixture.ts'

const HOUR = 3_600_000_000
/** Long enough that no key expires while a test turns its own clock. */
const MINUTE = 60_000_000
const start = 1_800_000_000_000_000

const fits = async (taken: Promise<{ fits: boolean }[]>) => (await taken).map((one) => one.fits)

test('never more than the limit and one burst, whenever calls come and whatever they cost', async () => {
  let now = start
  const { take } = await redisCounters({ clock: () => now })
  const call = fc.record({
    after: fc.integer({ min: 0, max: 2 * HOUR }),
    cost: fc.integer({ min: 1, max: 5 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.uuid(),
      fc.integer({ min: 1, max: 30 }),
      fc.array(call, { minLength: 5, maxLength: 40 }),
      async (key, burst, calls) => {
        const began = now
        const taken: { at: number; cost: number }[] = []
        for (const { after, cost } of calls) {
          now += Math.floor(after / 30)
          const [one] = await take([ask(key, { burst, cost, interval: 2 * MINUTE })])
          if (one?.fits) taken.push({ at: now - began, cost })
        }
        for (const [index, { at: from }] of taken.entries()) {
          let sum = 0
          for (const { at, cost } of taken.slice(index)) {
            sum += cost
            expect(sum).toBeLessThanOrEqual(burst + (at - from) / (2 * MINUTE))
          }
        }
      },
    ),
    { numRuns: 150 },
  )
})

test('what has come back can be taken again, to the microsecond', async () => {
  let now = start
  const { take } = await redisCounters({ clock: () => now })
  const five = ask('somebody', { cost: 5 })
  expect(await fits(take([five]))).toEqual([true])
  now += 5 * MINUTE - 1
  expect(await fits(take([five]))).toEqual([false])
  now += 1
  expect(await fits(take([five]))).toEqual([true])
})

test('Redis and a process decide alike, for any requests, of several counters and several at once', async () => {
  let now = start
  const { take } = await redisCounters({ clock: () => now })
  const own = processCounters(() => now)
  const one = fc.record({
    burst: fc.integer({ min: 1, max: 8 }),
    cost: fc.integer({ min: 1, max: 9 }),
    enforced: fc.boolean(),
  })
  const call = fc.record({
    after: fc.integer({ min: 0, max: 4 * MINUTE }),
    together: fc.array(fc.array(one, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.uuid(), fc.array(call, { maxLength: 20 }), async (run, calls) => {
      for (const { after, together } of calls) {
        now += after
        const named = together.map((asks) => asks.map((each, index) => ask(`${run}:${index}`, each)))
        expect(await Promise.all(named.map(take))).toEqual(named.map(own))
      }
    }),
    { numRuns: 100 },
  )
})

test('four gateways at once share a limit, by the clock of Redis', async () => {
  const prefix = somePrefix()
  const gateways = await Promise.all(Array.from({ length: 4 }, () => redisCounters({ prefix })))
  const calls = Array.from({ length: 80 }, (_, index) =>
    gateways[index % 4]?.take([ask('somebody', { burst: 30 })]),
  )
  const answers = await Promise.all(calls)
  expect(answers.filter((answer) => answer?.[0]?.fits)).toHaveLength(30)
})

test('requests that come in together cost few calls of Redis, and are let through in their order', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const { take } = await redisCounters({ url: `redis://${redis.host}` })
  const answers = await Promise.all(Array.from({ length: 250 }, () => take([ask('somebody', { burst: 30 })])))
  expect(answers.map(([one]) => one?.fits)).toEqual(Array.from({ length: 250 }, (_, index) => index < 30))
  const calls = /cmdstat_eval(?:sha)?:calls=(\d+)/g
  const stats = await redis.client.info('commandstats')
  expect([...stats.matchAll(calls)].reduce((sum, [, count]) => sum + Number(count), 0)).toBe(3)
})

test('all counters or none: who is refused by one has taken nothing from the others', async () => {
  const { take } = await redisCounters()
  const small = ask('small', { burst: 1 })
  const large = ask('large')
  expect(await fits(take([large, small]))).toEqual([true, true])
  expect(await fits(take([large, small]))).toEqual([true, false])
  const [left] = await take([ask('large', { cost: 4 })])
  expect(left?.fits).toBe(true)
})

test('a counter that only watches refuses nobody, and says what it would have done', async () => {
  const { take } = await redisCounters()
  const both: Ask[] = [ask('enforced'), ask('watching', { burst: 1, enforced: false })]
  expect(await fits(take(both))).toEqual([true, true])
  expect(await fits(take(both))).toEqual([true, false])
  expect((await take([ask('enforced', { cost: 3 })]))[0]?.fits).toBe(true)
})

test('a clock that was set back shuts nobody out for longer than the burst takes', async () => {
  let now = start
  const { take } = await redisCounters({ clock: () => now })
  await take([ask('somebody', { cost: 5 })])
  now -= 24 * HOUR
  const [counted] = await take([ask('somebody')])
  expect(counted).toEqual({ fits: false, used: 5 * MINUTE })
})

test('keys go by themselves once everything has come back', async () => {
  const prefix = somePrefix()
  const { take } = await redisCounters({ prefix })
  const client = new Redis(testConfig.TEST_REDIS_URL)
  onTestFinished(() => client.disconnect())
  await take([ask('somebody', { interval: 50_000, cost: 2 })])
  const key = `${prefix}limit:somebody`
  expect(await client.pttl(key)).toBeGreaterThan(0)
  await eventually('the key is gone', async () => (await client.exists(key)) === 0)
})

test('a Redis that was emptied gives one more burst and no more; its script is sent anew', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const { take } = await redisCounters({ url: `redis://${redis.host}` })
  const allowed = async (calls: number) => {
    const answers = await Promise.all(Array.from({ length: calls }, () => take([ask('somebody')])))
    return answers.filter(([one]) => one?.fits).length
  }
  expect(await allowed(12)).toBe(5)
  await redis.client.flushall()
  await redis.client.script('FLUSH')
  expect(await allowed(12)).toBe(5)
})
