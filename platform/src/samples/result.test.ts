import { describe, expect, it } from 'vitest'
import { isAsExpected, type SampleResult } from './result.ts'
import type { Sample } from './sidecars.ts'

const sample = (fields: Partial<Sample>): Sample => ({
  kind: 'document',
  language: 'en',
  text: null,
  expect: 'approved_or_review',
  file: 'a.png',
  path: '/a.png',
  ...fields,
})
const result = (fields: Partial<SampleResult>): SampleResult => ({
  sample: sample({}),
  state: 'approved',
  code: undefined,
  confidence: 0.9,
  seconds: 1,
  ...fields,
})

describe('a sample is as its truth says', () => {
  it('when it was approved or waits for a person', () => {
    expect(isAsExpected(result({ state: 'approved' }), true)).toBe(true)
    expect(isAsExpected(result({ state: 'in_review' }), true)).toBe(true)
    expect(isAsExpected(result({ state: 'failed' }), true)).toBe(false)
    expect(isAsExpected(result({ state: 'timeout' }), true)).toBe(false)
  })

  it('when its upload was refused, and not when it was taken and failed', () => {
    const text = sample({ expect: 'refused', code: 'unsupported_media_type' })
    expect(
      isAsExpected(result({ sample: text, state: 'refused', code: 'unsupported_media_type' }), true),
    ).toBe(true)
    expect(
      isAsExpected(result({ sample: text, state: 'failed', code: 'unsupported_media_type' }), true),
    ).toBe(false)
  })

  it('when it failed with the code that belongs to it', () => {
    const unreadable = sample({ expect: 'failed', code: 'unreadable_file' })
    expect(isAsExpected(result({ sample: unreadable, state: 'failed', code: 'unreadable_file' }), true)).toBe(
      true,
    )
    expect(isAsExpected(result({ sample: unreadable, state: 'failed', code: 'no_speech' }), true)).toBe(false)
    expect(isAsExpected(result({ sample: unreadable, state: 'approved' }), true)).toBe(false)
  })

  it('when a recording failed because no speech engine could be installed', () => {
    const recording = result({ sample: sample({ kind: 'voice' }), state: 'failed', code: 'engine_missing' })
    expect(isAsExpected(recording, false)).toBe(true)
    expect(isAsExpected(recording, true)).toBe(false)
  })
})
