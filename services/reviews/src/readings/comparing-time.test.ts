import { expect, test } from 'vitest'
import { comparingTime } from './comparing-time.ts'

test('somebody whose texts have been compared for three seconds waits for the next minute, and nobody else does', () => {
  let time = 0
  const compareFor = comparingTime(() => time)
  const slowly = (who: string) =>
    compareFor(who, () => {
      time += 1_000
      return 'compared'
    })
  for (let round = 0; round < 3; round += 1) expect(slowly('ann')).toBe('compared')
  expect(() => slowly('ann')).toThrow(
    expect.objectContaining({
      status: 429,
      code: 'too_much_to_compare',
      headers: expect.objectContaining({ 'retry-after': '57' }),
    }),
  )
  expect(slowly('ben')).toBe('compared')
  time = 60_000
  expect(slowly('ann')).toBe('compared')
})
