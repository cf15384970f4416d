import { describe, expect, it } from 'vitest'
import { FRAME } from './levels.ts'
import { LONGEST_PIECE, piecesOf } from './pieces.ts'

/** Talk at -20 dBFS with pauses of half a second at the given seconds. */
function talk(duration: number, pauses: number[] = []): Float32Array {
  return Float32Array.from({ length: duration / FRAME }, (_, frame) => {
    const time = frame * FRAME
    return pauses.some((at) => time >= at && time < at + 0.5) ? -80 : -20
  })
}

describe('cutting a recording into pieces', () => {
  it('leaves a short one whole', () => {
    expect(piecesOf(talk(50), 50)).toEqual([{ core: { start: 0, end: 50 }, heard: { start: 0, end: 50 } }])
  })

  it('cuts inside a pause and lets nobody hear twice', () => {
    const [first, second] = piecesOf(talk(90, [12, 41]), 90)
    expect(first?.core.end).toBeGreaterThan(41)
    expect(first?.core.end).toBeLessThan(41.5)
    expect(second?.core.start).toBe(first?.core.end)
    expect(second?.heard).toEqual(second?.core)
  })

  it('overlaps where nobody pauses', () => {
    const [first, second] = piecesOf(talk(90), 90)
    expect(first?.heard.end).toBeCloseTo((first?.core.end ?? 0) + 1)
    expect(second?.heard.start).toBeCloseTo((second?.core.start ?? 0) - 1)
  })

  it('covers hours without a gap and never lets an engine hear more than it takes', () => {
    const pieces = piecesOf(talk(7200, [100, 1000, 3000]), 7200)
    for (const [index, { core, heard }] of pieces.entries()) {
      expect(core.start).toBe(pieces[index - 1]?.core.end ?? 0)
      expect(heard.end - heard.start).toBeLessThanOrEqual(LONGEST_PIECE)
    }
    expect(pieces.at(-1)?.core.end).toBe(7200)
  })
})
