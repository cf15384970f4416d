import { expect, test } from 'vitest'
import { linesOf, wordAt } from './lines.ts'

const word = (text: string, x: number, y: number, width = 40, height = 20) => ({
  text,
  box: { x, y, width, height },
})
const textOf = (lines: { text: string }[][]) => lines.map((line) => line.map(({ text }) => text).join(' '))

test('words of one height are one line; a word further left or further down begins the next', () => {
  const words = [
    word('Dear', 0, 0),
    word('Mrs', 50, 3),
    word('Smith', 100, -2),
    word('thank', 0, 30),
    word('you', 50, 31),
  ]
  expect(textOf(linesOf(words))).toEqual(['Dear Mrs Smith', 'thank you'])
})

test('a comma, a line that runs askew and a second column do not mix lines', () => {
  const words = [
    word('one', 0, 0),
    word(',', 42, 14, 4, 8),
    word('two', 50, 2),
    word('high', 300, -200),
    word('low', 300, -170),
  ]
  expect(textOf(linesOf(words))).toEqual(['one , two', 'high', 'low'])
  expect(linesOf([])).toEqual([])
})

test('a point finds the word under it, the smallest one first, and a finger may miss a little', () => {
  const words = [word('page', 0, 0, 500, 500), word('word', 100, 100)]
  expect(wordAt(words, { x: 110, y: 110 })?.text).toBe('word')
  expect(wordAt(words, { x: 10, y: 10 })?.text).toBe('page')
  expect(wordAt(words.slice(1), { x: 145, y: 110 })).toBeUndefined()
  expect(wordAt(words.slice(1), { x: 145, y: 110 }, 8)?.text).toBe('word')
})
