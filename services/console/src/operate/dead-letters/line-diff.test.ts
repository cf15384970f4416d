import { expect, it } from 'vitest'
import { diffLines } from './line-diff.ts'

const shown = (before: string, after: string) =>
  diffLines(before, after).map(
    ({ change, text }) => `${{ same: ' ', removed: '-', added: '+' }[change]}${text}`,
  )

it('what is the same stays, what differs is told as gone and as new', () => {
  expect(shown('a\nb\nc\nd', 'a\nx\nc\nd\ne')).toEqual([' a', '-b', '+x', ' c', ' d', '+e'])
})

it('two texts that are the same have no changes', () => {
  expect(shown('a\nb', 'a\nb')).toEqual([' a', ' b'])
})

it('texts that are too long to compare are told as replaced, whole', () => {
  const lines = (word: string) => Array.from({ length: 700 }, (_, line) => `${word}${line}`).join('\n')
  const changes = diffLines(lines('a'), lines('b')).map(({ change }) => change)
  expect(changes.filter((change) => change === 'removed')).toHaveLength(700)
  expect(changes.filter((change) => change === 'added')).toHaveLength(700)
})
