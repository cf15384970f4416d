import { SAMPLE_RATE } from './wav.ts'

/** Seconds per level. */
export const FRAME = 0.02
const SAMPLES_PER_FRAME = SAMPLE_RATE * FRAME
const DIGITAL_SILENCE = -100

/** dBFS. Nobody speaks more softly than this into a microphone that works. */
const QUIET = -55
/** Decibels between the loud and the soft twentieth: hum and hiss hold one level, speech never does. */
const SPREAD_OF_SPEECH = 6
/** Seconds. */
const SHORTEST_SPEECH = 0.3

/** Notes how loud each 20 ms is. */
export function levelMeter(): { see(sample: number): void; samples(): number; levels(): Float32Array } {
  let levels = new Float32Array(4096)
  let frames = 0
  let inFrame = 0
  let energy = 0
  let samples = 0

  function see(sample: number): void {
    samples++
    energy += sample * sample
    if (++inFrame < SAMPLES_PER_FRAME) return
    if (frames === levels.length) {
      const larger = new Float32Array(frames * 2)
      larger.set(levels)
      levels = larger
    }
    levels[frames++] = decibels(energy / inFrame)
    inFrame = 0
    energy = 0
  }

  return { see, samples: () => samples, levels: () => levels.slice(0, frames) }
}

/** Whether anything in it could be speech. Spares the engine, which hears words in any noise. */
export function mayHoldSpeech(levels: Float32Array): boolean {
  const loud = levels.reduce((count, level) => count + (level > QUIET ? 1 : 0), 0)
  if (loud * FRAME < SHORTEST_SPEECH) return false
  const sorted = levels.slice().sort()
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? DIGITAL_SILENCE
  return at(0.95) - at(0.05) >= SPREAD_OF_SPEECH
}

/** Whether all of it is too soft to be speech. */
export const isQuiet = (levels: Float32Array): boolean => levels.every((level) => level <= QUIET)

const decibels = (meanSquare: number): number =>
  meanSquare === 0 ? DIGITAL_SILENCE : Math.max(DIGITAL_SILENCE, 10 * Math.log10(meanSquare / 32768 ** 2))
