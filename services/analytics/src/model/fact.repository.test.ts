import fc from 'fast-check'
import { expect, test } from 'vitest'
import { together } from './fact.repository.ts'

const reading = fc.record(
  {
    recognition_id: fc.constantFrom('a', 'b'),
    asked_at: fc.constantFrom('2026-11-20T10:00:00.000Z', '2026-11-20T10:00:00.001Z', null),
    engine: fc.constantFrom('tesseract', 'Zeta', 'é', '\u{1f600}', '\uffff'),
    pages: fc.nat(12),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  { requiredKeys: ['recognition_id'] },
)

const byKey = (rows: readonly Readonly<Record<string, unknown>>[]) =>
  new Map(
    rows.map(({ recognition_id, ...row }) => [
      recognition_id,
      // What is not known is not known, said or not.
      Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)),
    ]),
  )

test('what is said of one row comes to the same in any order, in any portions, and said twice', () => {
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 12 }), fc.nat(12), (rows, cut) => {
      const all = byKey(together('readings', rows))
      expect(byKey(together('readings', rows.toReversed()))).toEqual(all)
      expect(byKey(together('readings', [...rows, ...rows]))).toEqual(all)
      const portions = [together('readings', rows.slice(0, cut)), together('readings', rows.slice(cut))]
      expect(byKey(together('readings', portions.flat()))).toEqual(all)
    }),
  )
})

test('there is one row for each key', () => {
  const rows = together('verdicts', [
    { recognition_id: 'a', sequence: 3, verdict: 'approved' },
    { recognition_id: 'a', sequence: 3, undone_at: 'later' },
    { recognition_id: 'a', sequence: 4 },
  ])
  expect(rows).toEqual([
    { recognition_id: 'a', sequence: 3, verdict: 'approved', undone_at: 'later' },
    { recognition_id: 'a', sequence: 4 },
  ])
})
