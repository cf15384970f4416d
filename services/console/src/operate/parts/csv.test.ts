import { expect, it } from 'vitest'
import { csvOf } from './csv.ts'

it('quotes what holds a comma, a quotation mark or a line break', () => {
  expect(csvOf(['item', 'reason'], [['a', 'no, "never"\nagain']])).toBe(
    'item,reason\r\na,"no, ""never""\nagain"\r\n',
  )
})

it('keeps a spreadsheet from running what a message says', () => {
  expect(csvOf(['reason'], [['=cmd()'], [-3]])).toBe("reason\r\n'=cmd()\r\n-3\r\n")
})
