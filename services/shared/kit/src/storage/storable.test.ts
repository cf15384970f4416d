import { expect, test } from 'vitest'
import { isStorable, parseStorable } from './storable.ts'

test('text that PostgreSQL refuses is told from text that it takes', () => {
  expect(['a', '', '😀', 'a\nb'].every(isStorable)).toBe(true)
  expect(['a\0', '\ud800', 'b\udc00c'].some(isStorable)).toBe(false)
})

test('what an engine leaves is read without characters that cannot be stored', () => {
  expect(parseStorable('{"words":[{"text":"a\\u0000b\\ud800"}],"n":1}')).toEqual({
    words: [{ text: 'ab\ufffd' }],
    n: 1,
  })
  expect(parseStorable('{"text":"\\ud83d\\ude00"}')).toEqual({ text: '😀' })
  expect(() => parseStorable('{')).toThrow(SyntaxError)
})
