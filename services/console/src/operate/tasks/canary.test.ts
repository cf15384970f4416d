import { describe, expect, it } from 'vitest'
import { readReport, stepsOf } from './canary.ts'

const report = (of: object) => {
  const read = readReport({
    retriable: 1_000,
    skipped: 0,
    pace: { steps: [1, 10, 100], threshold: 0.1 },
    ...of,
  })
  if (!read) throw new Error('it is a report')
  return read
}

describe('the steps of a retry', () => {
  it('that stopped itself: those before went on, those behind were not reached', () => {
    const steps = stepsOf(
      report({
        steps: [
          { sent: 1, resolved: 1, failed: 0 },
          { sent: 10, resolved: 7, failed: 3 },
        ],
        current: { step: 2, size: 10 },
        stopped: true,
      }),
      true,
    )
    expect(steps.map(({ size, state }) => [size, state])).toEqual([
      [1, 'done'],
      [10, 'stopped'],
      [100, 'waiting'],
      [889, 'waiting'],
    ])
  })

  it('that runs has its present step and those to come', () => {
    const steps = stepsOf(
      report({ steps: [{ sent: 1, resolved: 0, failed: 0 }], current: { step: 1, size: 1 } }),
      false,
    )
    expect(steps.map(({ state }) => state)).toEqual(['running', 'waiting', 'waiting', 'waiting'])
  })

  it('that is through has no step left to wait for', () => {
    const sizes = [1, 10, 100, 889]
    const steps = stepsOf(
      report({
        steps: sizes.map((size) => ({ sent: size, resolved: size, failed: 0 })),
        current: { step: 4, size: 889 },
        stopped: false,
      }),
      true,
    )
    expect(steps.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done'])
  })

  it('of what is no report are not told', () => {
    expect(readReport(null)).toBeUndefined()
    expect(readReport({ steps: 3 })).toBeUndefined()
  })
})
