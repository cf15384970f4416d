import { expect, test } from 'vitest'
import { newPassword, password } from './password.schema.ts'

const taken = (text: string) => newPassword.safeParse(text).success

test.each([
  ['eight characters', 'k7#mWq2x'],
  ['1,024 bytes of one each', `${'kx9 '.repeat(255)}last`],
  ['1,024 bytes of two each', `é${'ü'.repeat(500)}${'ö'.repeat(11)}`],
  ['a NUL inside', 'before\0after and more'],
  ['blanks at both ends', '  a phrase of words  '],
  ['no digit, no capital, no sign', 'turnip lantern gravel'],
])('%s is a password, and not a character of it is changed', (_what, text) => {
  expect(newPassword.parse(text)).toBe(text)
  expect(password.parse(text)).toBe(text)
})

test.each([
  ['seven characters', 'k7#mWq2'],
  ['1,025 bytes of one each', `${'kx9 '.repeat(256)}x`],
  ['1,025 bytes in 513 characters', `${'é'.repeat(512)}x`],
  ['half a character', 'abcdefgh\ud800'],
])('%s is none', (_what, text) => {
  expect(taken(text)).toBe(false)
})

test.each(['123456', 'iloveyou1', 'LetMeIn123', 'qwertyuiop', 'trustno1', 'Sommer2026'])(
  '%s may be shown by who has it already, whatever one thinks of it',
  (text) => {
    expect(password.parse(text)).toBe(text)
  },
)

test.each(['iloveyou', 'baseball', '1q2w3e4r5t', 'Motdepasse2026', 'michelle1', 'poiuytrewq', 'abcabcabc'])(
  '%s is tried first by everybody, so nobody gets it',
  (text) => {
    expect(taken(text)).toBe(false)
  },
)
