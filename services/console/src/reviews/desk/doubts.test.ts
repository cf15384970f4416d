import { expect, test } from 'vitest'
import { nextDoubt, progressOf } from './doubts.ts'

const order = [5, 2, 9]

test('doubtful words come in the order of doubt, those that were looked at are left out', () => {
  expect(nextDoubt(order, new Set(), undefined, 1)).toBe(5)
  expect(nextDoubt(order, new Set([5]), 5, 1)).toBe(2)
  expect(nextDoubt(order, new Set([5, 2]), 5, 1)).toBe(9)
  expect(nextDoubt(order, new Set(), 77, 1)).toBe(5)
})

test('after the last one, those that were left out come', () => {
  expect(nextDoubt(order, new Set([9]), 9, 1)).toBe(5)
  expect(nextDoubt(order, new Set(order), 9, 1)).toBeUndefined()
  expect(nextDoubt(order, new Set(order), 5, 1)).toBe(2)
})

test('going back goes past what was looked at', () => {
  expect(nextDoubt(order, new Set(order), 9, -1)).toBe(2)
  expect(nextDoubt(order, new Set(), 5, -1)).toBeUndefined()
})

test('progress counts doubtful words alone', () => {
  expect(progressOf(order, new Set([5, 1]))).toEqual({ seen: 1, all: 3 })
})
