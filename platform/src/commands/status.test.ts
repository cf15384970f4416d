import { expect, it } from 'vitest'
import { uptime } from './status.ts'

const now = Date.parse('2026-11-22T12:00:00Z')

it('says for how long something has been running, in the two units that matter', () => {
  expect(uptime('2026-11-22T11:59:18Z', now)).toBe('42 s')
  expect(uptime('2026-11-22T11:57:00Z', now)).toBe('3 min')
  expect(uptime('2026-11-22T09:55:00Z', now)).toBe('2 h 5 min')
  expect(uptime('2026-11-19T09:00:00Z', now)).toBe('3 d 3 h')
  expect(uptime(undefined, now)).toBe('–')
})
