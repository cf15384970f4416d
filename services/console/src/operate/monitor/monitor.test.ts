import { expect, it } from 'vitest'
import { ratesOf } from './monitor.ts'

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
