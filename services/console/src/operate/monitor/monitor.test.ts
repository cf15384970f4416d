import { expect, it } from 'vitest'
import { byTrouble, ratesOf } from './monitor.ts'

const at = (second: number) => new Date(second * 1_000).toISOString()

it('a counter is told as a rate, and not where it began anew or is not known', () => {
  expect(
    ratesOf([
      { at: at(0), total: 10 },
      { at: at(10), total: 30 },
      { at: at(20), total: 5 },
      { at: at(30), total: null },
      { at: at(40), total: 9 },
    ]),
  ).toEqual([null, 2, null, null, null])
})

it('handlers that rest come before those that fail, and both before all others, which keep their order', () => {
  const handlers = [
    { topic: 'quiet', paused: false, failed: 0 },
    { topic: 'failing', paused: false, failed: 2 },
    { topic: 'calm', paused: false, failed: 0 },
    { topic: 'resting', paused: true, failed: 0 },
  ]
  expect(handlers.toSorted(byTrouble).map(({ topic }) => topic)).toEqual([
    'resting',
    'failing',
    'quiet',
    'calm',
  ])
})
