import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { correctWords } from './correct.ts'
import { partsOf, type Reading, textOf, wordsOf } from './reading.ts'
import { documentOf, transcriptOf } from './readings.fixture.ts'
import { rewrite } from './rewrite.ts'

const document = (...texts: string[]): Reading => ({ kind: 'document', value: documentOf(...texts) })
const voice = (...texts: string[]): Reading => ({ kind: 'voice', value: transcriptOf(...texts) })
const words = (reading: Reading) => wordsOf(reading).map(({ text }) => text)

describe('rewriting the whole text', () => {
  it('keeps the boxes of words that are found again', () => {
    const before = document('the quick brwn fox', 'jumps over')
    const { reading, corrections } = rewrite(before, 'the quick brown fox\n\njumps right over')
    expect(textOf(reading)).toBe('the quick brown fox\n\njumps right over')
    expect(corrections).toEqual([
      { index: 2, before: 'brwn', after: 'brown' },
      { index: 5, before: '', after: 'right' },
    ])
    expect(wordsOf(reading)[3]).toEqual(wordsOf(before)[3])
    expect(wordsOf(reading)[2]).toEqual({ ...wordsOf(before)[2], text: 'brown', confidence: 1 })
    expect(partsOf(reading)[1]?.words.map(({ text }) => text)).toEqual(['jumps', 'right', 'over'])
    expect(wordsOf(reading)[5]).toMatchObject({ box: { x: 50, y: 0, width: 0, height: 18 } })
  })

  it('deals the room of replaced words out to the new ones', () => {
    const { reading } = rewrite(document('a bbbbbb c'), 'a bb bbbb c')
    expect(wordsOf(reading).slice(1, 3)).toMatchObject([
      { text: 'bb', box: { x: 20, width: 20 } },
      { text: 'bbbb', box: { x: 40, width: 40 } },
    ])
  })

  it('takes over line breaks as they were written', () => {
    const { reading, corrections } = rewrite(document('one two three'), 'one\ntwo three')
    expect(textOf(reading)).toBe('one\ntwo three')
    expect(corrections).toEqual([])
  })

  it('gives a recording in which nothing was heard a segment', () => {
    const silent: Reading = { kind: 'voice', value: { ...transcriptOf(), duration: 9 } }
    const { reading } = rewrite(silent, 'hello there')
    expect(reading.kind === 'voice' && reading.value.segments).toMatchObject([
      { start: 0, end: 9, text: 'hello there' },
    ])
    expect(words(reading)).toEqual(['hello', 'there'])
  })

  it('keeps every word of the new text in order, on some page, whatever is written', () => {
    const word = fc.constantFrom('a', 'b', 'c', 'dd', 'ee')
    const page = fc.array(word, { maxLength: 8 }).map((all) => all.join(' '))
    fc.assert(
      fc.property(
        fc.array(page, { minLength: 1, maxLength: 4 }),
        page,
        fc.boolean(),
        (pages, text, spoken) => {
          const { reading } = rewrite(spoken ? voice(...pages) : document(...pages), text)
          expect(words(reading)).toEqual(text.split(' ').filter(Boolean))
          for (const part of partsOf(reading)) {
            expect(part.text.split(/\s+/).filter(Boolean)).toEqual(part.words.map((one) => one.text))
          }
          expect(textOf(reading).split(/\s+/).filter(Boolean)).toEqual(text.split(' ').filter(Boolean))
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('takes a text with more words than a call may have arguments, and back again', () => {
    const long = 'a '.repeat(200_000).trim()
    const { reading } = rewrite(document('a '.repeat(50_000).trim()), long)
    expect(words(reading)).toHaveLength(200_000)
    expect(words(rewrite(reading, 'one').reading)).toEqual(['one'])
  })

  it('refuses a text that would be a hundred times as large with the places of its words', () => {
    const problem = expect.objectContaining({ status: 400, code: 'too_many_words' })
    const longest = 'a '.repeat(300_001)
    expect(() => rewrite(document('one'), longest)).toThrow(problem)
    const correction = { index: 0, before: 'one', after: longest }
    expect(() => correctWords(document('one'), [correction])).toThrow(problem)
  })

  it('refuses a text that is out of all proportion to what was read', () => {
    const refused = expect.objectContaining({ status: 400, code: 'too_many_words' })
    const ofLength = (count: number) => 'a '.repeat(count)
    for (const [reading, most] of [
      [document('one two three'), 1_012],
      [document('', '', ''), 3_000],
      [voice('one'), 1_004],
      [{ kind: 'voice', value: { ...transcriptOf(), duration: 3_600 } } as Reading, 12_000],
    ] as const) {
      expect(words(rewrite(reading, ofLength(most)).reading)).toHaveLength(most)
      expect(() => rewrite(reading, ofLength(most + 1))).toThrow(refused)
    }
    const after = ofLength(1_011)
    expect(() => correctWords(document('one two three'), [{ index: 0, before: 'one', after }])).toThrow(
      refused,
    )
  })

  it('refuses words of any length, as one or as many', () => {
    const refused = expect.objectContaining({ status: 400, code: 'text_too_long' })
    const reading = document('one two three')
    const most = 4 * 'one two three'.length + 20_000
    expect(textOf(rewrite(reading, 'a'.repeat(most)).reading)).toHaveLength(most)
    expect(() => rewrite(reading, 'a'.repeat(most + 1))).toThrow(refused)
    const pages = document(...Array.from({ length: 30 }, () => 'a '.repeat(20).trim()))
    const corrections = Array.from({ length: 600 }, (_, index) => ({
      ...{ index, before: 'a', after: 'b'.repeat(2_000) },
    }))
    expect(() => correctWords(pages, corrections)).toThrow(refused)
    expect(() => correctWords(pages, corrections.slice(0, 200))).not.toThrow()
  })

  it('gives up on alignment instead of holding everybody up', () => {
    const random = (seed: number) =>
      Array.from({ length: 20_000 }, (_, i) => `w${(i * seed) % 9973}`).join(' ')
    const started = performance.now()
    const { reading } = rewrite(document(random(7)), random(11))
    expect(performance.now() - started).toBeLessThan(3000)
    expect(words(reading)).toHaveLength(20_000)
  })
})
