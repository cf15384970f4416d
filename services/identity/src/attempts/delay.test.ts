import fc from 'fast-check'
import { expect, test } from 'vitest'
import { delayAfter, secondsLeft } from './delay.ts'

const pair = { failures: 5, longestSeconds: 900 }
const allowances = fc.record({
  failures: fc.integer({ min: 1, max: 1000 }),
  longestSeconds: fc.integer({ min: 1, max: 86_400 }),
})
const failures = fc.nat({ max: 1_000_000_000 })
const idleSeconds = fc.double({ min: -1e9, max: 1e9, noNaN: true })

test('four failures are free; from the fifth on it is a second, and twice as long each time up to a quarter of an hour', () => {
  const delays = Array.from({ length: 18 }, (_, count) => delayAfter(count, pair))
  expect(delays).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900])
})

test('another failure never makes the wait shorter, and at most doubles it', () => {
  fc.assert(
    fc.property(failures, allowances, (count, allowance) => {
      const [now, next] = [delayAfter(count, allowance), delayAfter(count + 1, allowance)]
      expect(next).toBeGreaterThanOrEqual(now)
      expect(next).toBeLessThanOrEqual(Math.max(1, now * 2))
    }),
    { numRuns: 2_000 },
  )
})

test('nobody waits longer than the longest, however often they failed and wherever the clock was set', () => {
  fc.assert(
    fc.property(failures, idleSeconds, allowances, (count, idle, allowance) => {
      const left = secondsLeft({ failures: count, idleSeconds: idle }, allowance)
      expect(left).toBeGreaterThanOrEqual(0)
      expect(left).toBeLessThanOrEqual(allowance.longestSeconds)
      if (count < allowance.failures || idle >= allowance.longestSeconds) expect(left).toBe(0)
    }),
    { numRuns: 2_000 },
  )
})

test('a quarter of an hour leaves an attacker less than a hundred guesses a day', () => {
  let [guesses, clock] = [0, 0]
  while (clock < 86_400) clock += delayAfter(++guesses, pair)
  expect(guesses).toBeLessThan(115)
})
