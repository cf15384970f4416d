import { startRedis } from '@alta/kit/testing/own-redis'
import { eventually } from '@alta/kit/testing/wait'
import { expect, onTestFinished, test } from 'vitest'
import { gatewaysWith, rules, sharedCircuits, start } from './circuits.fixture.ts'
import { type Circuits, circuits } from './circuits.ts'

const UPSTREAM = 'documents'

const fail = async (gateway: Circuits, times = 1) => {
  for (let count = 0; count < times; count += 1) {
    await (await gateway.enter(UPSTREAM)).failed('upstream_unavailable')
  }
}
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'let through',
    (error: { code: string }) => error.code,
  )
const lookAll = (gateways: readonly Circuits[]) => Promise.all(gateways.map((each) => each.look()))
const state = (gateway: Circuits) => gateway.known().get(UPSTREAM)?.state ?? 'closed'

test.each([2, 4])(
  'of %i gateways one opens for all, one by one they try again, and two successes close for all',
  async (count) => {
    let now = start
    const gateways = await gatewaysWith(count, () => now)
    const [first, last] = [gateways[0], gateways.at(-1)]
    if (!first || !last) throw new Error('there are gateways')

    await fail(first, 4)
    expect(state(first)).toBe('closed')
    await fail(first)
    await lookAll(gateways)
    expect(gateways.map(state)).toEqual(gateways.map(() => 'open'))
    for (const each of gateways) expect(await codeOf(each.enter(UPSTREAM))).toBe('circuit_open')

    now += rules.openMs - 1
    expect(await codeOf(last.enter(UPSTREAM))).toBe('circuit_open')
    now += 1
    const trials = [await last.enter(UPSTREAM), await first.enter(UPSTREAM)]
    await lookAll(gateways)
    expect(gateways.map(state)).toEqual(gateways.map(() => 'half_open'))
    for (const each of gateways) expect(await codeOf(each.enter(UPSTREAM))).toBe('circuit_open')

    await trials[0]?.succeeded()
    await lookAll(gateways)
    expect(state(last)).toBe('half_open')
    await trials[1]?.succeeded()
    await lookAll(gateways)
    expect(gateways.map(state)).toEqual(gateways.map(() => 'closed'))
    await fail(first, 4)
    expect(state(first)).toBe('closed')
  },
)

test('a trial that fails opens for the whole time again, and one that ends without a word makes room', async () => {
  let now = start
  const [one, other] = await gatewaysWith(2, () => now)
  if (!one || !other) throw new Error('there are two')
  await fail(one, 5)
  await other.look()
  now += rules.openMs
  const [quiet, failing] = [await other.enter(UPSTREAM), await one.enter(UPSTREAM)]
  expect(await codeOf(one.enter(UPSTREAM))).toBe('circuit_open')
  await quiet.left()
  await one.look()
  expect(await codeOf(one.enter(UPSTREAM))).toBe('let through')
  await failing.failed('upstream_timeout')
  now += rules.openMs - 1
  await lookAll([one, other])
  expect(await codeOf(other.enter(UPSTREAM))).toBe('circuit_open')
})

test('trials of a gateway that died count no longer than a call may take', async () => {
  let now = start
  const [dead, alive] = await gatewaysWith(2, () => now)
  if (!dead || !alive) throw new Error('there are two')
  await fail(dead, 5)
  now += rules.openMs
  await dead.enter(UPSTREAM)
  await dead.enter(UPSTREAM)
  await alive.look()
  expect(await codeOf(alive.enter(UPSTREAM))).toBe('circuit_open')
  now += rules.trialMs
  expect(await codeOf(alive.enter(UPSTREAM))).toBe('let through')
})

test('only failures in a row open', async () => {
  const [gateway] = await gatewaysWith(1, () => start)
  if (!gateway) throw new Error('there is one')
  for (let round = 0; round < 3; round += 1) {
    await fail(gateway, 4)
    await (await gateway.enter(UPSTREAM)).succeeded()
  }
  await fail(gateway, 4)
  await (await gateway.enter(UPSTREAM)).left()
  expect(state(gateway)).toBe('closed')
  await fail(gateway)
  expect(state(gateway)).toBe('open')
})

test('what is opened by hand is closed by hand alone', async () => {
  let now = start
  const [one, other] = await gatewaysWith(2, () => now)
  if (!one || !other) throw new Error('there are two')
  await one.byHand(UPSTREAM, { kind: 'open-by-hand', reason: 'it is being repaired' })
  await other.look()
  now += 10 * rules.openMs
  expect(await codeOf(other.enter(UPSTREAM))).toBe('circuit_open')
  expect(other.known().get(UPSTREAM)).toMatchObject({ byHand: true, reason: 'it is being repaired' })
  await other.byHand(UPSTREAM, { kind: 'close-by-hand' })
  await one.look()
  expect(await codeOf(one.enter(UPSTREAM))).toBe('let through')
})

test('a refusal says when to come again', async () => {
  let now = start
  const [gateway] = await gatewaysWith(1, () => now)
  if (!gateway) throw new Error('there is one')
  await fail(gateway, 5)
  now += 12_500
  await expect(gateway.enter(UPSTREAM)).rejects.toMatchObject({
    status: 503,
    headers: { 'retry-after': '18' },
    extensions: { upstream: UPSTREAM },
  })
})

test('without Redis a gateway has circuits of its own, and what all have when it is back', async () => {
  const redis = await startRedis()
  let isGone = false
  const stop = async () => {
    if (!isGone) await redis.stop()
    isGone = true
  }
  onTestFinished(stop)
  let now = start
  const shared = await sharedCircuits({ url: `redis://${redis.host}`, clock: () => now, patienceMs: 2_000 })
  const gateway = circuits(shared, rules, () => now)
  await gateway.look()
  expect(gateway.shared).toBe(true)
  await stop()

  await fail(gateway, 5)
  expect([state(gateway), gateway.shared]).toEqual(['open', false])
  expect(await codeOf(gateway.enter(UPSTREAM))).toBe('circuit_open')
  expect(await codeOf(gateway.byHand(UPSTREAM, { kind: 'close-by-hand' }))).toBe('unavailable')
  now += rules.openMs
  const trials = [await gateway.enter(UPSTREAM), await gateway.enter(UPSTREAM)]
  expect(await codeOf(gateway.enter(UPSTREAM))).toBe('circuit_open')
  for (const each of trials) await each.succeeded()
  expect(state(gateway)).toBe('closed')
})

test('when Redis answers again, what it has counts', async () => {
  const now = start
  const shared = await sharedCircuits({ clock: () => now })
  let isAway = true
  const flaky: typeof shared = {
    ...shared,
    change: (...all) => (isAway ? Promise.reject(new Error('away')) : shared.change(...all)),
    read: () => (isAway ? Promise.reject(new Error('away')) : shared.read()),
  }
  const gateway = circuits(flaky, rules, () => now)
  await fail(gateway, 5)
  expect(state(gateway)).toBe('open')
  isAway = false
  await eventually('the gateway hears of the others', async () => {
    await gateway.look()
    return gateway.shared && state(gateway) === 'closed'
  })
})
