import { expect, test } from 'vitest'
import { isAbout } from './ask-again.ts'

const [one, other] = ['018f2a3b-0000-7000-8000-000000000001', '018f2a3b-0000-7000-8000-000000000002']
const changed = new Map([['documents', new Set([one])]])

test('a change is about the thing itself, its parts, and every list', () => {
  const keys = [['documents', one], ['documents', one, 'pages', 3], ['documents', 'recent'], ['documents']]
  expect(keys.map((key) => isAbout(key, changed))).toEqual([true, true, true, true])
})

test('a change is not about another thing, nor about another kind', () => {
  const keys = [['documents', other], ['documents', other, 'versions'], ['reviews', one], ['me'], []]
  expect(keys.map((key) => isAbout(key, changed))).toEqual([false, false, false, false, false])
})
