import type { Span } from '../engines/engine.ts'
import { FRAME } from './levels.ts'

/** Seconds. Google takes a minute at a time; the default engine loses at most this much work in a crash. */
export const LONGEST_PIECE = 55
/** Seconds of the neighbour that a piece hears at a cut where somebody is speaking. */
const OVERLAP = 1
/** Seconds of quiet that a cut looks for. */
const PAUSE = 0.3
/** dBFS. A pause this soft is between words for certain. */
const PAUSE_LEVEL = -45

/** A part of the recording. Words belong to the piece in whose `core` their middle lies. */
export interface Piece {
  readonly core: Span
  /** What the engine hears: the core, and a little more at cuts through speech. */
  readonly heard: Span
}

/**
 * Cuts a recording at its pauses. Where nobody pauses, the neighbours overlap: a word at the seam is heard
 * whole by both and belongs to one, so none is lost and none comes twice.
 * The same recording is always cut in the same way: finished pieces are found again after a restart.
 */
export function piecesOf(levels: Float32Array, duration: number): Piece[] {
  const cuts: { at: number; overlap: number }[] = [{ at: 0, overlap: 0 }]
  for (let start = 0; duration - start > LONGEST_PIECE - OVERLAP; start = cuts.at(-1)?.at ?? duration) {
    cuts.push(quietest(levels, start + LONGEST_PIECE / 2, start + LONGEST_PIECE - 2 * OVERLAP))
  }
  cuts.push({ at: duration, overlap: 0 })

  return cuts.slice(1).map((end, index) => {
    const start = cuts[index] ?? end
    return {
      core: { start: start.at, end: end.at },
      heard: { start: start.at - start.overlap, end: Math.min(duration, end.at + end.overlap) },
    }
  })
}

/** The middle of the softest `PAUSE` between two times. */
function quietest(levels: Float32Array, from: number, to: number): { at: number; overlap: number } {
  const width = Math.round(PAUSE / FRAME)
  const first = Math.round(from / FRAME)
  const last = Math.min(Math.round(to / FRAME), levels.length) - width
  let best = { frame: first, level: Number.POSITIVE_INFINITY }
  for (let frame = first; frame <= last; frame++) {
    const level = levels.subarray(frame, frame + width).reduce((loudest, one) => Math.max(loudest, one), -100)
    if (level < best.level) best = { frame, level }
  }
  const at = Math.round((best.frame + width / 2) * FRAME * 1000) / 1000
  return { at, overlap: best.level <= PAUSE_LEVEL ? 0 : OVERLAP }
}

/** Levels of a span. */
export const levelsOf = (levels: Float32Array, { start, end }: Span): Float32Array =>
  levels.subarray(Math.floor(start / FRAME), Math.ceil(end / FRAME))
