import { afterAll, beforeAll, expect, test } from 'vitest'
import { goodPassword, settings, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await startIdentity()
})
afterAll(() => identity.close())

const MEBIBYTE = 2 ** 20
const HASH = 46 * MEBIBYTE
const timed = async <Result>(work: Promise<Result>): Promise<{ result: Result; ms: number }> => {
  const begun = performance.now()
  const result = await work
  return { result, ms: performance.now() - begun }
}
const share = (times: number[], part: number): number =>
  times.toSorted((one, other) => one - other)[Math.floor(times.length * part)] ?? Number.NaN

test('two hundred who sign in at once take the memory of two, and hold up nobody who asks for something else', async () => {
  const email = await identity.register()
  await identity.login(email)
  const before = process.memoryUsage.rss()
  let peak = before
  let over = false
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 5)
  const others: number[] = []
  const bystander = (async () => {
    while (!over) others.push((await timed(identity.get('/.well-known/jwks.json'))).ms)
  })()

  const begun = performance.now()
  const all = await Promise.all(
    Array.from({ length: 200 }, () =>
      timed(identity.post('/api/v1/auth/login', { email, password: goodPassword })),
    ),
  )
  const took = performance.now() - begun
  over = true
  await bystander
  clearInterval(watch)

  const signedIn = all.filter(({ result }) => result.status === 200)
  const tooBusy = all.filter(({ result }) => result.code === 'too_busy')
  expect(signedIn.length + tooBusy.length).toBe(200)
  // As many as are hashed and may wait; more, where some were done before others came.
  expect(signedIn.length).toBeGreaterThanOrEqual(
    settings.PASSWORD_HASHES_AT_ONCE + settings.PASSWORD_HASHES_WAITING,
  )
  // The rest is two hundred requests, and their callers, in this process. A hash for each would be nine gibibytes.
  expect(peak - before).toBeLessThan(settings.PASSWORD_HASHES_AT_ONCE * HASH + 400 * MEBIBYTE)
  const waits = signedIn.map(({ ms }) => ms)
  expect(share(others, 0.95)).toBeLessThan(share(waits, 0.5))
  console.info(
    [
      `${signedIn.length} of 200 signed in within ${Math.round(took)} ms, ${tooBusy.length} heard 503`,
      `a sign-in p50 ${Math.round(share(waits, 0.5))} ms, p95 ${Math.round(share(waits, 0.95))} ms`,
      `memory rose by ${Math.round((peak - before) / MEBIBYTE)} MiB`,
      `${others.length} requests for keys meanwhile: p50 ${share(others, 0.5).toFixed(1)} ms, p95 ${share(others, 0.95).toFixed(1)} ms`,
    ].join('; '),
  )
})
