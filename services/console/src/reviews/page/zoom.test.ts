import { expect, test } from 'vitest'
import { scaleOf, transformOf, turned, zoomed } from './zoom.ts'

const page = { width: 1000, height: 2000 }

test('a page fits its room by width, also when it lies on its side, and grows from there', () => {
  expect(scaleOf(1, 0, page, 500)).toBe(0.5)
  expect(scaleOf(1, 90, page, 500)).toBe(0.25)
  expect(scaleOf(2, 0, page, 500)).toBe(1)
})

test('in and out again is the same size, and there are ends to both', () => {
  expect(zoomed(zoomed(1, 1), -1)).toBeCloseTo(1)
  expect([zoomed(8, 1), zoomed(0.4, -1)]).toEqual([8, 0.4])
})

test('four turns are none', () => {
  expect(turned(turned(turned(turned(0))))).toBe(0)
  expect([transformOf(0, 10, 20), transformOf(90, 10, 20)]).toEqual([
    'none',
    'translate(20px, 0) rotate(90deg)',
  ])
})
