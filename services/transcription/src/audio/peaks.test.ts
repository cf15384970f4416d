import { expect, test } from 'vitest'
import { peakMeter } from './peaks.ts'
import { SAMPLE_RATE } from './wav.ts'

function waveformOf(seconds: number, sampleAt: (time: number) => number) {
  const meter = peakMeter()
  for (let at = 0; at < seconds * SAMPLE_RATE; at++) meter.see(sampleAt(at / SAMPLE_RATE))
  return meter.waveform()
}

test('shows where it is loud, twenty times a second', () => {
  const { secondsPerPair, peaks } = waveformOf(2, (time) =>
    time < 1 ? 0 : 32_767 * Math.sin(2 * Math.PI * 440 * time),
  )
  expect(secondsPerPair).toBe(0.05)
  expect(peaks).toHaveLength(80)
  expect(peaks.slice(0, 40).every((peak) => peak === 0)).toBe(true)
  expect(peaks.slice(40, 42)).toEqual([-128, 127])
})

test('has no more than 2,000 pairs of a long recording, and loses no click of it', () => {
  const { secondsPerPair, peaks } = waveformOf(330, (time) => (time === 200 ? 20_000 : 0))
  expect(peaks.length).toBeLessThanOrEqual(4_000)
  expect(secondsPerPair * (peaks.length / 2)).toBeGreaterThanOrEqual(330)
  const loudest = peaks.indexOf(Math.max(...peaks))
  expect(Math.floor(loudest / 2)).toBe(Math.floor(200 / secondsPerPair))
  expect(peaks[loudest]).toBe(79)
})

test('shows an end that fills no whole pair, and of nothing nothing', () => {
  expect(waveformOf(0.06, () => 256).peaks).toEqual([0, 1, 0, 1])
  expect(waveformOf(0, () => 0).peaks).toEqual([])
})
