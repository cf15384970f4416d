import { describe, expect, it } from 'vitest'
import { FRAME } from '../audio/levels.ts'
import type { Recording } from '../audio/recording.ts'
import { memory, scopeWith } from '../testing/recordings.ts'
import type { Span, SpokenWord } from './engine.ts'
import { recogniseInPieces } from './in-pieces.ts'

const duration = 200

/** Somebody who says a number every 0.4 s and never pauses. */
const spoken: SpokenWord[] = Array.from({ length: duration / 0.4 }, (_, index) => ({
  text: String(index),
  start: index * 0.4,
  end: index * 0.4 + 0.4,
  confidence: 0.9,
}))

const recording = (level: number): Recording => ({
  duration,
  levels: new Float32Array(duration / FRAME).fill(level),
  waveform: { secondsPerPair: 0.05, peaks: [] },
  file: '',
  wav: async () => Buffer.alloc(0),
  flac: async () => '',
})

/** Hears what is whole in the piece, and garbles a word that the piece cuts. */
async function perfectEar(_wav: Buffer, heard: Span): Promise<SpokenWord[]> {
  return spoken
    .filter((word) => word.end > heard.start && word.start < heard.end)
    .map((word) => {
      const whole = word.start >= heard.start - 1e-6 && word.end <= heard.end + 1e-6
      const start = Math.max(0, word.start - heard.start)
      const end = Math.min(word.end, heard.end) - heard.start
      return { ...word, text: whole ? word.text : 'garbled', start, end }
    })
}

describe('reading in pieces', () => {
  it('loses no word at a seam and hears none twice, even where nobody pauses', async () => {
    const words = await recogniseInPieces(recording(-20), scopeWith(memory()), perfectEar)
    expect(words.map((word) => word.text)).toEqual(spoken.map((word) => word.text))
    for (const [index, word] of words.entries()) expect(word.start).toBeCloseTo(spoken[index]?.start ?? -1, 2)
  })

  it('goes on after the last finished piece', async () => {
    const kept = memory()
    let calls = 0
    const breaksAtThird = async (wav: Buffer, heard: Span) => {
      if (++calls === 3) throw new Error('power cut')
      return perfectEar(wav, heard)
    }
    await expect(recogniseInPieces(recording(-20), scopeWith(kept), breaksAtThird)).rejects.toThrow(
      'power cut',
    )
    const finished = kept.pieces.size

    const words = await recogniseInPieces(recording(-20), scopeWith(kept), async (wav, heard) => {
      calls++
      return perfectEar(wav, heard)
    })

    expect(finished).toBe(2)
    expect(calls).toBe(3 + kept.pieces.size - finished)
    expect(words).toHaveLength(spoken.length)
  })

  it('does not ask an engine about silence', async () => {
    const words = await recogniseInPieces(recording(-80), scopeWith(memory()), async () => {
      throw new Error('asked')
    })
    expect(words).toEqual([])
  })

  it('stops between pieces when the work is aborted', async () => {
    const abort = new AbortController()
    const scope = scopeWith(memory(), abort.signal)
    const stopped = recogniseInPieces(recording(-20), scope, async () => {
      abort.abort(new Error('stopping'))
      return []
    })
    await expect(stopped).rejects.toThrow('stopping')
  })
})
