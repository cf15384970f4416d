import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { allowance, judge, stepSize, stopInWords } from './canary.ts'

describe('a step is judged at the first moment that is certain', () => {
  it('stops the single message of the first step when it fails', () => {
    expect(judge({ size: 1, resolved: 0, failed: 1 }, 0.1)).toBe('stop')
    expect(judge({ size: 1, resolved: 1, failed: 0 }, 0.1)).toBe('go on')
    expect(judge({ size: 1, resolved: 0, failed: 0 }, 0.1)).toBe('wait')
  })

  it('stops at the second of ten, whatever the others will say', () => {
    expect(judge({ size: 10, resolved: 0, failed: 1 }, 0.1)).toBe('wait')
    expect(judge({ size: 10, resolved: 0, failed: 2 }, 0.1)).toBe('stop')
  })

  it('goes on when the slowest cannot change anything any more', () => {
    expect(judge({ size: 100, resolved: 90, failed: 3 }, 0.1)).toBe('go on')
    expect(judge({ size: 100, resolved: 89, failed: 3 }, 0.1)).toBe('wait')
  })

  it('never says one thing and then the other, and always ends', () => {
    const run = fc.record({
      outcomes: fc.array(fc.boolean(), { minLength: 1, maxLength: 120 }),
      percent: fc.integer({ min: 0, max: 100 }),
    })
    fc.assert(
      fc.property(run, ({ outcomes, percent }) => {
        const threshold = percent / 100
        const size = outcomes.length
        let verdict = judge({ size, resolved: 0, failed: 0 }, threshold)
        let failed = 0
        for (const [index, ok] of outcomes.entries()) {
          if (!ok) failed++
          const next = judge({ size, resolved: index + 1 - failed, failed }, threshold)
          if (verdict !== 'wait') expect(next).toBe(verdict)
          verdict = next
        }
        expect(verdict).toBe(failed * 100 > size * percent ? 'stop' : 'go on')
      }),
      { numRuns: 2_000 },
    )
  })
})

test('steps are 1, 10, 100 and then all that is left, in parts that can still be judged', () => {
  expect([0, 1, 2, 3, 4].map((step) => stepSize([1, 10, 100], step, 2_500))).toEqual([
    1, 10, 100, 1_000, 1_000,
  ])
  expect(stepSize([1, 10, 100], 1, 4)).toBe(4)
})

test('a rate is kept, and a pause saves nothing up', () => {
  expect(allowance(50, 100)).toBe(5)
  expect(allowance(50, 60_000)).toBe(50)
  expect(allowance(1, 500)).toBe(0)
})

test('the reason for a stop has all the figures', () => {
  const words = stopInWords({
    step: 1,
    counts: { size: 10, resolved: 4, failed: 2 },
    threshold: 0.1,
    total: 1_000,
    sent: 11,
  })
  expect(words).toBe(
    'Stopped by itself in step 2: 2 of its 10 messages failed again (20 %, more than the limit of 10 %), ' +
      '4 succeeded. 11 of 1000 were retried; 989 were left alone.',
  )
})
