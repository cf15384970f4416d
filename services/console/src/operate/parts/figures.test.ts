import { describe, expect, it } from 'vitest'
import { duration, milliseconds } from './figures.ts'

describe('lengths of time', () => {
  it('are told in their two largest units', () => {
    expect(duration(0)).toBe('0 s')
    expect(duration(59)).toBe('59 s')
    expect(duration(200)).toBe('3 min 20 s')
    expect(duration(3_600)).toBe('1 h')
    expect(duration(90_061)).toBe('1 d 1 h')
  })

  it('of less than ten seconds keep a decimal', () => {
    expect(duration(1.25)).toBe('1.3 s')
    expect(milliseconds(12.4)).toBe('12 ms')
    expect(milliseconds(1_500)).toBe('1.5 s')
  })

  it('that are not known are a dash', () => {
    expect(duration(null)).toBe('–')
    expect(milliseconds(null)).toBe('–')
  })
})
