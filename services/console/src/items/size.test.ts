import { expect, test } from 'vitest'
import { durationOf, sizeOf } from './size.ts'

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [48_200, '48 kB'],
  [3_440_000, '3.4 MB'],
  [7_000_000_000, '7 GB'],
])('%i bytes are %s', (bytes, words) => {
  expect(sizeOf(bytes, 'en')).toBe(words)
})

test('a recording of an hour has its hours, and one of a minute has none', () => {
  expect(durationOf(67.9)).toBe('1:07')
  expect(durationOf(3727)).toBe('1:02:07')
})
