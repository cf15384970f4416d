import { describe, expect, it } from 'vitest'
import { newWork } from './task.fixture.ts'
import { estimate, withPace } from './task.work.ts'

const at = (second: number) => new Date(1_700_000_000_000 + second * 1_000)
/** A running task of 100 items after steps that ended at these seconds with so many items handled in all. */
const after = (...steps: [second: number, handled: number][]) =>
  newWork({
    state: 'running',
    total: 100,
    done: (steps.at(-1)?.[1] ?? 0) - 1,
    failed: 1,
    pace: steps.reduce((pace, [second, handled]) => withPace(pace, handled, at(second)), newWork().pace),
  })

describe('the estimate', () => {
  it('takes the rest to go as fast as the last steps did, failed items among what is done', () => {
    expect(estimate(after([0, 10], [5, 30], [10, 50]))).toEqual({ perSecond: 4, remainingSeconds: 13 })
  })

  it('forgets how slow the beginning was', () => {
    const slow: [number, number][] = [
      [0, 1],
      [1_000, 2],
    ]
    const quick = Array.from({ length: 10 }, (_, step): [number, number] => [1_001 + step, 10 + step * 5])
    expect(estimate(after(...slow, ...quick))).toEqual({ perSecond: 5, remainingSeconds: 9 })
  })

  it.each([
    ['before the second step', after([0, 10])],
    ['of two steps in the same moment', after([0, 10], [0, 20])],
    ['that does not run', { ...after([0, 10], [5, 30]), state: 'completed' as const }],
  ])('is none of a task %s', (_what, work) => {
    expect(estimate(work)).toEqual({ perSecond: null, remainingSeconds: null })
  })

  it('says no end where nobody knows the total, or nothing moves', () => {
    expect(estimate({ ...after([0, 10], [5, 30]), total: null })).toEqual({
      perSecond: 4,
      remainingSeconds: null,
    })
    expect(estimate(after([0, 10], [5, 10]))).toEqual({ perSecond: 0, remainingSeconds: null })
  })
})
