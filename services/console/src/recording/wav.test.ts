import { expect, test } from 'vitest'
import { levelOf, wavOf } from './wav.ts'

test('a recording says its length and rate, and holds its samples', async () => {
  const file = wavOf([Float32Array.of(0, 1), Float32Array.of(-1, 2)], 48_000)
  const view = new DataView(await file.arrayBuffer())
  expect(view.byteLength).toBe(44 + 8)
  expect(view.getUint32(24, true)).toBe(48_000)
  expect(view.getUint32(40, true)).toBe(8)
  expect([0, 1, 2, 3].map((index) => view.getInt16(44 + index * 2, true))).toEqual([0, 32767, -32767, 32767])
})

test('silence has no level, and a full tone nearly all of it', () => {
  expect(levelOf(new Float32Array(128))).toBe(0)
  expect(levelOf(Float32Array.from({ length: 128 }, (_, at) => Math.sin(at)))).toBeGreaterThan(0.9)
})
