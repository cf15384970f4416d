import { expect, test } from 'vitest'
import { clock, heardAt, otherSpeed } from './segments.ts'

const words = [
  { start: 1, end: 2 },
  { start: 2.5, end: 3 },
  { start: 3, end: 4 },
]

test('a moment belongs to the word that is heard, and a pause to the one before it', () => {
  expect([0, 1, 1.9, 2.2, 2.5, 3, 99].map((seconds) => heardAt(words, seconds))).toEqual([
    undefined,
    0,
    0,
    0,
    1,
    2,
    2,
  ])
  expect(heardAt([], 1)).toBeUndefined()
})

test('times read as on a player', () => {
  expect([0, 7.9, 67, 3600].map(clock)).toEqual(['0:00', '0:07', '1:07', '60:00'])
})

test('speeds go up and down by steps and end', () => {
  expect([otherSpeed(1, 1), otherSpeed(1, -1), otherSpeed(2, 1), otherSpeed(0.5, -1)]).toEqual([
    1.25, 0.75, 2, 0.5,
  ])
})
