import type { Waveform } from '@alta/contracts/resources/recognition'
import { SAMPLE_RATE } from './wav.ts'

/** Seconds of one pair, unless that makes too many: a player that is a screen wide shows no more. */
const FINEST = 0.05
const MOST_PAIRS = 2_000
const SAMPLES_PER_PAIR = SAMPLE_RATE * FINEST

/** Notes the lowest and the highest sample of every stretch, in bytes: an hour of it takes 144 kB. */
export function peakMeter(): { see(sample: number): void; waveform(): Waveform } {
  let pairs = new Int8Array(4_096)
  let used = 0
  let inPair = 0
  let lowest = 0
  let highest = 0

  function endPair(): void {
    if (inPair === 0) return
    if (used === pairs.length) {
      const larger = new Int8Array(used * 2)
      larger.set(pairs)
      pairs = larger
    }
    pairs[used++] = Math.floor(lowest / 256)
    // Half a step from silence is to be seen as well.
    pairs[used++] = Math.min(127, Math.ceil(highest / 256))
    inPair = 0
    lowest = 0
    highest = 0
  }

  return {
    see(sample) {
      if (sample < lowest) lowest = sample
      if (sample > highest) highest = sample
      if (++inPair === SAMPLES_PER_PAIR) endPair()
    },
    waveform() {
      endPair()
      const fine = pairs.subarray(0, used)
      const joined = Math.max(1, Math.ceil(used / 2 / MOST_PAIRS))
      return { secondsPerPair: Math.round(joined * FINEST * 1000) / 1000, peaks: joinPairs(fine, joined) }
    },
  }
}

/** Each `joined` neighbours become one. */
function joinPairs(fine: Int8Array, joined: number): number[] {
  const peaks: number[] = []
  for (let first = 0; first < fine.length; first += joined * 2) {
    const stretch = fine.subarray(first, first + joined * 2)
    peaks.push(Math.min(...stretch), Math.max(...stretch))
  }
  return peaks
}
