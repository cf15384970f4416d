import { parseConfig } from '@alta/kit/config'
import { expect, test } from 'vitest'
import { limit, readLimit } from './limit-setting.ts'
import { policiesOf } from './policies.ts'
import { DEAREST } from './route-limits.ts'

test('a limit is read as it is written', () => {
  expect(readLimit('100/s burst 200')).toEqual({ requests: 100, seconds: 1, burst: 200, shadow: false })
  expect(readLimit('60/min shadow')).toEqual({ requests: 60, seconds: 60, burst: 60, shadow: true })
  expect(readLimit('5/h burst 9 shadow')).toEqual({ requests: 5, seconds: 3600, burst: 9, shadow: true })
  expect(readLimit('off')).toBe('off')
  for (const wrong of ['', '60', '0/s', '60/day', '60/min burst 0', '60/min, burst 5', '-1/s', 'shadow'])
    expect(readLimit(wrong), wrong).toBeUndefined()
})

test('every limit that is wrong is told at once, also one that the dearest request would never pass', () => {
  const fields = { A: limit(DEAREST).optional(), B: limit(DEAREST).optional(), C: limit(1).optional() }
  const { faults } = parseConfig(fields, { A: '60/min burst 9', B: 'many', C: '1/s' })
  expect(faults?.map(({ name }) => name)).toEqual(['A', 'B'])
  expect(faults?.[0]?.expected).toContain('burst of at least 10')
})

test('a preset gives every number that has no setting of its own; off takes a policy away', () => {
  expect([...policiesOf('per-second', {}).keys()]).toEqual(['user', 'address', 'sign-in', 'refresh'])
  const perMinute = policiesOf('per-minute', { address: 'off', user: readLimit('5/s burst 50') })
  expect([...perMinute.keys()]).toEqual(['everybody', 'user', 'sign-in', 'refresh'])
  expect(perMinute.get('everybody')?.shared).toEqual({ interval: 60_000, burst: 1_000 })
  expect(perMinute.get('user')?.shared).toEqual({ interval: 200_000, burst: 50 })
})

test('in both presets each burst holds the dearest request that counts there', () => {
  for (const preset of ['per-second', 'per-minute'] as const)
    for (const [name, { shared, alone }] of policiesOf(preset, {})) {
      const dearest = name === 'sign-in' || name === 'refresh' ? 1 : DEAREST
      expect(Math.min(shared.burst, alone.burst), `${preset} ${name}`).toBeGreaterThanOrEqual(dearest)
    }
})
