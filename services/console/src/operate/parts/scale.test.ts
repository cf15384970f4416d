import { expect, it } from 'vitest'
import { pathOf, ticksOf } from './scale.ts'

it('an axis begins at zero and has round figures up to the highest value', () => {
  expect(ticksOf(1)).toEqual([0, 0.5, 1])
  expect(ticksOf(7)).toEqual([0, 2, 4, 6, 8])
  expect(ticksOf(1_040)).toEqual([0, 500, 1_000, 1_500])
})

it('a line has a gap where nothing is known', () => {
  expect(
    pathOf([
      [0, 1],
      [1, 2],
      [2, null],
      [3, 4],
    ]),
  ).toBe('M0.0 1.0L1.0 2.0M3.0 4.0')
})
