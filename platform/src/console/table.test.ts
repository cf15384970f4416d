import { expect, it } from 'vitest'
import { alignTable } from './table.ts'

it('aligns columns and leaves no space at the end of a line', () => {
  expect(
    alignTable([
      ['a', 'state'],
      ['long name', 'ok'],
    ]),
  ).toBe('a          state\nlong name  ok')
})

it('does not count colours as width', () => {
  const [first, second] = alignTable([
    ['\x1b[32mok\x1b[0m', '1'],
    ['down', '2'],
  ]).split('\n')
  expect(first).toBe('\x1b[32mok\x1b[0m    1')
  expect(second).toBe('down  2')
})
