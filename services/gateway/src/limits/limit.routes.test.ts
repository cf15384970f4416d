import { parseConfig, redisEnvironment } from '@alta/kit/config'
import { testConfig } from '@alta/kit/testing/config'
import { Redis } from 'ioredis'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { accessToken, startGateway, type TestGateway } from '../testing/gateway-fixture.ts'
import { openLastDay } from './last-day.ts'
import { countDecision } from './limit-metrics.ts'
import { readLimit } from './limit-setting.ts'
import { somePrefix } from './limits.fixture.ts'
import { policiesOf } from './policies.ts'

const HOUR = 3_600_000
const start = 1_800_000_000_000

let gateway: TestGateway | undefined
afterEach(() => gateway?.close())

/** What one gateway of several keeps. */
async function lastDay(prefix: string, clock: () => number) {
  const { config } = parseConfig(redisEnvironment, {
    REDIS_URL: testConfig.TEST_REDIS_URL,
    REDIS_KEY_PREFIX: prefix,
  })
  if (!config) throw new Error('TEST_REDIS_URL is no address of a Redis')
  const kept = await openLastDay(config, clock)
  onTestFinished(async () => {
    kept.close()
    const redis = new Redis(testConfig.TEST_REDIS_URL)
    const keys = await redis.keys(`${prefix}*`)
    if (keys.length > 0) await redis.del(keys)
    redis.disconnect()
  })
  return kept
}

test('what was found is told once, added up over gateways, and forgotten after a day', async () => {
  let now = start
  const prefix = somePrefix()
  const [one, other] = [await lastDay(prefix, () => now), await lastDay(prefix, () => now)]
  countDecision('refresh', 'would_have_denied', 'redis')
  countDecision('refresh', 'would_have_denied', 'process')
  await one.tell()
  await one.tell()
  expect((await other.read()).get('refresh:would_have_denied')).toBe(2)
  // In this test both count in one process: the other tells the same two as its own.
  await other.tell()
  expect((await one.read()).get('refresh:would_have_denied')).toBe(4)
  now += 23 * HOUR
  countDecision('refresh', 'would_have_denied', 'redis')
  await one.tell()
  expect((await one.read()).get('refresh:would_have_denied')).toBe(5)
  now += HOUR
  expect((await one.read()).get('refresh:would_have_denied')).toBe(1)
})

async function ask(roles: string[]) {
  const headers = { authorization: `Bearer ${await accessToken({ roles })}` }
  const answer = await fetch(`${gateway?.url}/api/v1/gateway/limits`, { headers })
  // What the tests look at.
  const body = (await answer.json()) as { items: object[]; routes: object[] }
  return { status: answer.status, body }
}

test('operators see each policy as it is set, whom a limit in shadow would have refused, and what routes cost', async () => {
  const policies = policiesOf('per-second', { user: readLimit('5/min burst 7 shadow') })
  const found = new Map([
    ['user:allowed', 20],
    ['user:would_have_denied', 14],
  ])
  gateway = await startGateway({
    policies,
    lastDay: { tell: async () => undefined, read: async () => found, close: () => undefined },
  })
  const { status, body } = await ask(['operator'])
  expect(status).toBe(200)
  expect(body.items[0]).toMatchObject({ policy: 'everybody', state: 'off', limit: null })
  expect(body.items[1]).toEqual({
    policy: 'user',
    countedBy: 'user',
    state: 'shadow',
    limit: { requests: 5, seconds: 60, burst: 7 },
    lastDay: { allowed: 20, denied: 0, wouldHaveDenied: 14 },
  })
  expect(body.items[3]).toMatchObject({ policy: 'sign-in', countedBy: 'address', state: 'enforced' })
  expect(body.routes).toEqual([
    { method: 'POST', path: '/api/v1/projects/{id}/documents', cost: 5, policies: [] },
    { method: 'POST', path: '/api/v1/projects/{id}/voice-samples', cost: 5, policies: [] },
    { method: 'POST', path: '/api/v1/auth/login', cost: 1, policies: ['sign-in'] },
  ])
})

test('others do not see them, and without Redis no figure stands in for what is not known', async () => {
  gateway = await startGateway({ policies: policiesOf('per-second', {}) })
  expect((await ask(['member'])).status).toBe(403)
  const { status, body } = await ask(['operator'])
  expect(status).toBe(200)
  expect(body.items[1]).toMatchObject({ state: 'enforced', lastDay: null })
})
