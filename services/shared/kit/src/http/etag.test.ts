import { expect, test } from 'vitest'
import { etagOf, isCurrent, requireMatch } from './etag.ts'

test('a change on top of the current version is let through', () => {
  for (const ifMatch of [undefined, '*', '"3"', '"2", "3"'])
    expect(() => requireMatch(ifMatch, 3)).not.toThrow()
})

test('a change on top of another version is 412 with the current tag', () => {
  for (const ifMatch of ['"2"', '3', 'W/"3"', '']) {
    expect(() => requireMatch(ifMatch, 3)).toThrow(
      expect.objectContaining({ status: 412, code: 'precondition_failed', headers: { etag: '"3"' } }),
    )
  }
})

test('what the caller has is current when its tag is', () => {
  expect(etagOf(3)).toBe('"3"')
  expect([isCurrent('"3"', 3), isCurrent('W/"3"', 3), isCurrent('"2"', 3), isCurrent(undefined, 3)]).toEqual([
    true,
    true,
    false,
    false,
  ])
})
