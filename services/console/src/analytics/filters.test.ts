import { expect, test } from 'vitest'
import { faultOf } from './filters.ts'

const now = new Date('2026-11-30T12:00:00Z')

test.each([
  ['no days', '', '', undefined],
  ['only a last one', '', '2020-01-01', undefined],
  ['three years up to today, a leap year among them', '2023-12-01', '', undefined],
  ['one day more than three years', '2023-11-29', '', 'tooLong'],
  ['a long time ago, and short', '2020-01-01', '2020-02-02', undefined],
  ['a first day to come', '2026-12-01', '', 'future'],
  ['a first day to come, up to one behind it', '2026-12-01', '2026-12-02', undefined],
  ['a last day before the first', '2020-01-01', '2019-12-12', 'backwards'],
])('%s: from %s to %s', (_what, from, to, fault) => {
  expect(faultOf({ from, to }, now)).toBe(fault)
})
