import { expect, it } from 'vitest'
import { meanConfidence, segmentsOf } from './segments.ts'

const word = (text: string, start: number, confidence = 0.5) => ({
  text,
  start,
  end: start + 0.3,
  confidence,
})

it('starts a new segment after a pause and after the end of a sentence', () => {
  const segments = segmentsOf([word('Hello.', 0), word('We', 0.4), word('paid', 0.8, 0.9), word('Then', 3)])
  expect(segments.map(({ text }) => text)).toEqual(['Hello.', 'We paid', 'Then'])
  expect(segments[1]).toMatchObject({ start: 0.4, end: expect.closeTo(1.1), confidence: 0.7 })
})

it('never lets a segment grow without end', () => {
  const words = Array.from({ length: 95 }, (_, index) => word('on', index * 0.35))
  expect(segmentsOf(words).map((segment) => segment.words.length)).toEqual([30, 30, 30, 5])
})

it('has no confidence in nothing', () => {
  expect(segmentsOf([])).toEqual([])
  expect(meanConfidence([])).toBe(0)
})
