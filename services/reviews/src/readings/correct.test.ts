import { Problem } from '@alta/kit/errors'
import { describe, expect, it } from 'vitest'
import { correctWords } from './correct.ts'
import { type Reading, textOf, wordsOf } from './reading.ts'
import { documentOf, transcriptOf } from './readings.fixture.ts'

const document = (...texts: string[]): Reading => ({ kind: 'document', value: documentOf(...texts) })
const voice = (...texts: string[]): Reading => ({ kind: 'voice', value: transcriptOf(...texts) })
const words = (reading: Reading) => wordsOf(reading).map(({ text }) => text)

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
  return 'nothing thrown'
}

describe('correcting single words', () => {
  it('keeps lines, boxes and pages, and is certain of the new word', () => {
    const before = document('Dear Mrs Smlth\nhow are  you', 'second page')
    const after = correctWords(before, [{ index: 2, before: 'Smlth', after: 'Smith' }])
    expect(textOf(after)).toBe('Dear Mrs Smith\nhow are  you\n\nsecond page')
    expect(wordsOf(after)[2]).toEqual({ ...wordsOf(before)[2], text: 'Smith', confidence: 1 })
    expect(wordsOf(after)[1]).toEqual(wordsOf(before)[1])
  })

  it('counts words over all pages', () => {
    const after = correctWords(document('one two', 'three fuor'), [
      { index: 3, before: 'fuor', after: 'four' },
    ])
    expect(textOf(after)).toBe('one two\n\nthree four')
  })

  it('removes a word where nothing is put in its place', () => {
    expect(textOf(correctWords(document('a b c'), [{ index: 1, before: 'b', after: '' }]))).toBe('a c')
    const twice = [
      { index: 0, before: 'a', after: '' },
      { index: 1, before: 'b', after: ' ' },
    ]
    const after = correctWords(document('a b c'), twice)
    expect(textOf(after)).toBe('c')
    expect(words(after)).toEqual(['c'])
  })

  it('splits a word in two that share its box', () => {
    const after = correctWords(document('howare you'), [{ index: 0, before: 'howare', after: 'how are' }])
    expect(textOf(after)).toBe('how are you')
    expect(wordsOf(after)).toMatchObject([
      { text: 'how', box: { x: 0, width: 30 } },
      { text: 'are', box: { x: 30, width: 30 } },
      { text: 'you' },
    ])
  })

  it('changes segments, their words and the whole text of a recording alike', () => {
    const after = correctWords(voice('good mourning', 'every body'), [
      { index: 1, before: 'mourning', after: 'morning' },
    ])
    expect(textOf(after)).toBe('good morning\nevery body')
    expect(after.kind === 'voice' && after.value.segments[0]?.text).toBe('good morning')
    expect(wordsOf(after)[1]).toEqual({ text: 'morning', start: 1, end: 2, confidence: 1 })
  })

  it('joins the words by spaces where the text holds more than them', () => {
    const value = documentOf('a b')
    const odd: Reading = {
      kind: 'document',
      value: { ...value, pages: value.pages.map((p) => ({ ...p, text: 'a – b' })) },
    }
    expect(textOf(correctWords(odd, [{ index: 1, before: 'b', after: 'c' }]))).toBe('a c')
  })

  it('refuses a correction of what is not there', () => {
    const reading = document('a b')
    expect(codeOf(() => correctWords(reading, [{ index: 1, before: 'c', after: 'd' }]))).toBe(
      'correction_mismatch',
    )
    expect(codeOf(() => correctWords(reading, [{ index: 2, before: 'c', after: 'd' }]))).toBe(
      'correction_mismatch',
    )
    const twice = [
      { index: 1, before: 'b', after: 'c' },
      { index: 1, before: 'b', after: 'd' },
    ]
    expect(codeOf(() => correctWords(reading, twice))).toBe('duplicate_correction')
  })
})
