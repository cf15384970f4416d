import { expect, test } from 'vitest'
import { createActivity, quantileOf } from './activity.ts'

/** A clock that is set by hand. */
function stage() {
  let now = 1_000_000
  const activity = createActivity(() => now)
  const wait = (milliseconds: number) => {
    now += milliseconds
  }
  const take = (milliseconds: number) => {
    const end = activity.begin('a.done.v1')
    wait(milliseconds)
    end()
  }
  const figures = () => {
    const { 'a.done.v1': found } = activity.figures()
    if (!found) throw new Error('nothing was noted')
    return found
  }
  return { activity, wait, take, figures }
}

test('quantiles are at most a twentieth off', () => {
  const { take, figures } = stage()
  for (let milliseconds = 1; milliseconds <= 100; milliseconds += 1) take(milliseconds)
  const { window } = figures()
  expect(quantileOf([window], 0.5)).toBeGreaterThan(50 * 0.95)
  expect(quantileOf([window], 0.5)).toBeLessThan(50 * 1.05)
  expect(quantileOf([window], 0.95)).toBeGreaterThan(95 * 0.95)
  expect(quantileOf([window], 0.95)).toBeLessThan(95 * 1.05)
})

test('the windows of several replicas are added up', () => {
  const [fast, slow] = [stage(), stage()]
  for (let count = 0; count < 90; count += 1) fast.take(1)
  for (let count = 0; count < 10; count += 1) slow.take(1_000)
  const windows = [fast.figures().window, slow.figures().window]
  expect(quantileOf(windows, 0.5)).toBeCloseTo(1, 1)
  expect(quantileOf(windows, 0.95)).toBeGreaterThan(950)
})

test('what is older than a minute no longer counts; the totals stay', () => {
  const { activity, take, wait, figures } = stage()
  take(500)
  activity.count('a.done.v1', 'handled')
  wait(30_000)
  take(2)
  expect(quantileOf([figures().window], 0.95)).toBeGreaterThan(450)
  wait(40_000)
  expect(quantileOf([figures().window], 0.95)).toBeCloseTo(2, 0)
  wait(60_000)
  expect(quantileOf([figures().window], 0.95)).toBeNull()
  expect(figures().handled).toBe(1)
})

test('what is in flight is counted, with the age of the oldest', () => {
  const { activity, wait, figures } = stage()
  const first = activity.begin('a.done.v1')
  wait(2_000)
  activity.begin('a.done.v1')
  wait(1_000)
  expect(figures()).toMatchObject({ inFlight: 2, oldestSeconds: 3 })
  first()
  first()
  expect(figures()).toMatchObject({ inFlight: 1, oldestSeconds: 1 })
})

test('durations of no time and of days have their place', () => {
  const { take, figures } = stage()
  take(0)
  expect(quantileOf([figures().window], 0.5)).toBeLessThan(0.1)
  take(86_400_000)
  expect(quantileOf([figures().window], 0.5)).toBeGreaterThan(3_000_000)
})
