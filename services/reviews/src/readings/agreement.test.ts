import { expect, test } from 'vitest'
import { agreementOf } from './agreement.ts'

test.each([
  ['Dear Mrs Smith', 'Dear Mrs Smith', 1],
  ['Dear Mrs Smith', 'Dear  Mrs\nSmith', 1],
  ['Dear Mrs Smith', 'Dear Mrs Smlth', 2 / 3],
  ['Dear Mrs Smith', 'Dear Smith', 4 / 5],
  ['Dear', 'Yours', 0],
  ['', '', 1],
  ['Dear', '', 0],
])('%j and %j agree in %f of their words', (one, other, expected) => {
  expect(agreementOf(one, other)).toBeCloseTo(expected)
  expect(agreementOf(other, one)).toBeCloseTo(expected)
})
