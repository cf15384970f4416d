import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { normalisedEmail, personName } from './user.schema.ts'

const { pattern = '' } = z.toJSONSchema(normalisedEmail, { io: 'input' })
/** As the gateway compiles it. */
const edge = new RegExp(pattern, 'u')

test.each(['no address', 'ada@', '@alta.example', 'ada@alta', 'a b@alta.example', 'ada@alta.example\nx', ''])(
  '%j is refused by the schema that is told to others, as by this service',
  (typed) => {
    expect(normalisedEmail.safeParse(typed).error?.issues).toHaveLength(1)
    expect(edge.test(typed)).toBe(false)
  },
)

test.each(['ada@alta.example', '  Ada.L+x@ALTA.example\t', 'ada＠alta．example', '\u00a0ada@alta.example'])(
  '%j is an address in another spelling, for both',
  (typed) => {
    expect(normalisedEmail.parse(typed)).toMatch(/^ada(\.l\+x)?@alta\.example$/)
    expect(edge.test(typed)).toBe(true)
  },
)

test('nothing that this service takes is refused by the schema that is told to others', () => {
  const parts = fc.constantFrom(
    'a',
    'B',
    '.',
    '@',
    '＠',
    '．',
    '․',
    '+',
    '-',
    ' ',
    '\u3000',
    '…',
    'é',
    '.org',
    "'",
  )
  fc.assert(
    fc.property(fc.string({ unit: parts, maxLength: 20 }), (typed) => {
      if (normalisedEmail.safeParse(typed).success) expect(edge.test(typed)).toBe(true)
    }),
    { numRuns: 5_000 },
  )
})

test('that a name must hold no link is in the schema that is told to others', () => {
  const { allOf = [] } = z.toJSONSchema(personName, { io: 'input' })
  const told = allOf.map((each) => new RegExp(each.pattern ?? '', 'u'))
  expect(told).toHaveLength(2)
  const judged = (name: string) => [
    personName.safeParse(name).success,
    told.every((pattern) => pattern.test(name)),
  ]
  for (const name of ['see alta.example/x', 'ada@alta.example', 'Www.alta', 'a\nb', 'a\n@'])
    expect(judged(name)).toEqual([false, false])
  for (const name of ['Ada Lovelace', "O'Brien-Łucka", '李']) expect(judged(name)).toEqual([true, true])
})
