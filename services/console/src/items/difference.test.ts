import { expect, test } from 'vitest'
import { differenceOf } from './difference.ts'

const back = (before: string, after: string) => {
  const pieces = differenceOf(before, after)
  const without = (kind: string) =>
    pieces
      .filter((piece) => piece.kind !== kind)
      .map(({ text }) => text)
      .join('')
  return { before: without('added'), after: without('removed') }
}

test('one corrected word is all that differs', () => {
  expect(differenceOf('Dear Arm, come soon', 'Dear Ann, come soon')).toEqual([
    { kind: 'same', text: 'Dear ' },
    { kind: 'removed', text: 'Arm,' },
    { kind: 'added', text: 'Ann,' },
    { kind: 'same', text: ' come soon' },
  ])
})

test('equal texts have one piece, and empty ones none', () => {
  expect(differenceOf('a b', 'a b')).toEqual([{ kind: 'same', text: 'a b' }])
  expect(differenceOf('', '')).toEqual([])
})

test.each([
  ['a b c d', 'a c x d'],
  ['', 'new'],
  ['a a a', 'a a'],
  ['x\n\ny', 'x\ny'],
  ['w '.repeat(3000), 'v '.repeat(3000)],
])('both texts can be read from what differs', (before, after) => {
  expect(back(before, after)).toEqual({ before, after })
})
