import { expect, test } from 'vitest'
import { relativeTime } from './time.tsx'

const now = Date.parse('2026-11-30T12:00:00Z')

test.each([
  ['2026-11-30T11:59:58Z', 'en', '2 seconds ago'],
  ['2026-11-30T11:01:00Z', 'en', '59 minutes ago'],
  ['2026-11-30T10:59:59Z', 'en', '1 hour ago'],
  ['2026-11-29T11:00:00Z', 'en', 'yesterday'],
  ['2026-12-14T12:00:00Z', 'en', 'in 2 weeks'],
  ['2026-11-30T11:57:00Z', 'fr', 'il y a 3 minutes'],
  ['2026-11-30T12:00:00Z', 'en', 'now'],
])('%s is said in %s as "%s"', (at, language, words) => {
  expect(relativeTime(at, now, language)).toBe(words)
})
