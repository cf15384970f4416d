import { describe, expect, it } from 'vitest'
import { isSure, type Reading, surenessOf, uncertainWords } from './reading.ts'
import { documentOf, transcriptOf } from './readings.fixture.ts'

const policy = { minimumConfidence: 0.9, minimumWordConfidence: 0.6, secondReviewer: false }
const document = (...texts: string[]): Reading => ({ kind: 'document', value: documentOf(...texts) })
const long = Array.from({ length: 30 }, () => 'clear').join(' ')

describe('how sure the machine was', () => {
  it('is enough when every page and every word is above its threshold', () => {
    expect(isSure(surenessOf(document('all is clear')), policy)).toBe(true)
  })

  it('is not enough when one word is doubtful', () => {
    const reading = document(`${long} faint!`)
    expect(surenessOf(reading).certainty).toBeGreaterThan(policy.minimumConfidence)
    expect(isSure(surenessOf(reading), policy)).toBe(false)
    expect(uncertainWords(reading, policy)).toEqual([30])
  })

  it('is that of the worst page', () => {
    const reading = document(long, 'faint! clear')
    expect(surenessOf(reading).certainty).toBeCloseTo((0.4 + 0.95) / 2)
  })

  it('does not suffer from a page without words', () => {
    expect(isSure(surenessOf(document('all is clear', '')), policy)).toBe(true)
  })

  it('is nothing where nothing was read', () => {
    expect(surenessOf(document('')).certainty).toBe(0)
    expect(isSure(surenessOf(document('')), policy)).toBe(false)
  })
})

it('lists every word that pulls a recording below its threshold, most doubtful first', () => {
  const value = transcriptOf('one two three')
  const [segment] = value.segments
  if (segment?.words[2]) segment.words[2].confidence = 0.2
  if (segment?.words[0]) segment.words[0].confidence = 0.99
  expect(uncertainWords({ kind: 'voice', value }, policy)).toEqual([2, 1])
})
