import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { estimateQueue, type QueueMoment } from './estimates.ts'
import { isStuck } from './stuck.ts'

const start = Date.parse('2026-11-22T10:00:00Z')
const moment = (
  second: number,
  published: number | null,
  acknowledged: number | null,
  ready: number,
): QueueMoment => ({
  at: new Date(start + second * 1000),
  ready,
  unacknowledged: published === null || acknowledged === null ? null : published - acknowledged - ready,
  published,
  acknowledged,
})

describe('a queue', () => {
  test('that is empty has nothing old and nothing to drain', () => {
    const estimate = estimateQueue([moment(0, 10, 10, 0), moment(5, 20, 20, 0)])
    expect(estimate).toEqual({ publishRate: 2, acknowledgeRate: 2, oldestSeconds: 0, secondsToDrain: 0 })
  })

  test('that shrinks says when it will be empty and how old its oldest message is', () => {
    // 100 came at once after 10 s; by now they leave at two in three seconds.
    const filled = [moment(0, 0, 0, 0), moment(10, 100, 0, 100)]
    const estimate = estimateQueue([...filled, moment(90, 100, 20, 80), moment(120, 100, 40, 60)])
    expect(estimate.oldestSeconds).toBe(110)
    expect(estimate.secondsToDrain).toBeCloseTo(90)
  })

  test('that grows cannot say when it will be empty', () => {
    expect(estimateQueue([moment(0, 0, 0, 0), moment(10, 50, 10, 40)]).secondsToDrain).toBeNull()
  })

  test('is not taken for old because the broker has begun to count anew', () => {
    const moments = [moment(0, 5_000, 5_000, 0), moment(10, 3, 3, 0), moment(20, 13, 8, 5)]
    expect(estimateQueue(moments)).toMatchObject({ publishRate: 1, acknowledgeRate: 0.5, oldestSeconds: 0 })
  })

  test('of a broker that does not count is as old as it has been seen filled', () => {
    const moments = [
      moment(0, null, null, 3),
      moment(5, null, null, 0),
      moment(10, null, null, 2),
      moment(15, null, null, 4),
    ]
    expect(estimateQueue(moments)).toEqual({
      publishRate: null,
      acknowledgeRate: null,
      oldestSeconds: 5,
      secondsToDrain: null,
    })
  })

  test('gives the age of its oldest message to within one sample, whatever comes and goes', () => {
    const steps = fc.array(fc.record({ come: fc.nat(20), go: fc.nat(20) }), { minLength: 2, maxLength: 40 })
    fc.assert(
      fc.property(steps, (walk) => {
        const arrivals: number[] = []
        const moments: QueueMoment[] = []
        let left = 0
        for (const [second, { come, go }] of walk.entries()) {
          for (let each = 0; each < come; each++) arrivals.push(second)
          left = Math.min(arrivals.length, left + go)
          moments.push(moment(second, arrivals.length, left, arrivals.length - left))
        }
        const oldest = arrivals[left]
        const truth = oldest === undefined ? 0 : walk.length - 1 - oldest
        expect(estimateQueue(moments).oldestSeconds).toBe(truth)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('a handler', () => {
  const rule = { factor: 2, floorSeconds: 0.5, unknownSeconds: 60 }

  test.each([
    [
      'with nothing in flight',
      { inFlight: 0, oldestInFlightSeconds: null, p95Ms: 100, idleSeconds: 999 },
      false,
    ],
    [
      'that is as slow as ever',
      { inFlight: 1, oldestInFlightSeconds: 19, p95Ms: 10_000, idleSeconds: 19 },
      false,
    ],
    [
      'that is slower than it ever was',
      { inFlight: 1, oldestInFlightSeconds: 21, p95Ms: 10_000, idleSeconds: 21 },
      true,
    ],
    [
      'that is busy with others',
      { inFlight: 9, oldestInFlightSeconds: 21, p95Ms: 10_000, idleSeconds: 1 },
      false,
    ],
    [
      'that pauses for a moment',
      { inFlight: 1, oldestInFlightSeconds: 0.4, p95Ms: 5, idleSeconds: 0.4 },
      false,
    ],
    ['never seen before', { inFlight: 1, oldestInFlightSeconds: 30, p95Ms: null, idleSeconds: null }, false],
    [
      'never seen before, for too long',
      { inFlight: 1, oldestInFlightSeconds: 61, p95Ms: null, idleSeconds: null },
      true,
    ],
  ])('%s', (_what, handler, stuck) => expect(isStuck(handler, rule)).toBe(stuck))
})
