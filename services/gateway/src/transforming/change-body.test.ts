import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BodyStep } from '../routing/transformations.ts'
import { changeBody, namesOf } from './change-body.ts'

test.each<[string, BodyStep, unknown, unknown]>([
  ['a field gets a value', { set: '/a/b', value: 1 }, { a: {} }, { a: { b: 1 } }],
  ['a value without its object is not set', { set: '/a/b', value: 1 }, { c: 1 }, { c: 1 }],
  ['a list does not grow', { set: '/a/2', value: 1 }, { a: [0] }, { a: [0] }],
  ['a field goes', { remove: '/a/b' }, { a: { b: 1, c: 2 } }, { a: { c: 2 } }],
  ['an item goes', { remove: '/a/0' }, { a: [1, 2] }, { a: [2] }],
  ['all items go', { remove: '/a/*' }, { a: [1, 2, 3] }, { a: [] }],
  ['a field gets a name', { rename: '/a/b', to: 'c' }, { a: { b: 1 } }, { a: { c: 1 } }],
  ['a name that is there is kept', { rename: '/b', to: 'c' }, { b: 1, c: 2 }, { c: 2 }],
  [
    'every item of a list is meant by *',
    { rename: '/items/*/b', to: 'c' },
    { items: [{ b: 1 }, {}, 7] },
    { items: [{ c: 1 }, {}, 7] },
  ],
  ['~1 and ~0 are / and ~', { remove: '/a~1b/~01' }, { 'a/b': { '~1': 1 } }, { 'a/b': {} }],
  ['a list has no other fields', { set: '/a/length', value: 0 }, { a: [1] }, { a: [1] }],
  ['what is inherited is no field', { remove: '/toString/name' }, { a: 1 }, { a: 1 }],
  ['what is no object stays', { set: '/a', value: 1 }, 'text', 'text'],
])('%s', (_what, step, before, after) => {
  expect(changeBody(structuredClone(before), [step])).toEqual(after)
})

const name = fc.constantFrom('a', 'b', 'c', '~', '/', '*', '0', '__proto__', 'constructor', 'length', '')
const pointer = fc
  .array(name, { minLength: 1, maxLength: 4 })
  .map((names) => `/${names.map((each) => each.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`)
/** As JSON writes it: it has no way back to `-0`, which is `0` there. */
const written = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as typeof value)
const step: fc.Arbitrary<BodyStep> = fc.oneof(
  fc.record({ set: pointer, value: written }),
  fc.record({ remove: pointer }),
  fc.record({ rename: pointer, to: fc.constantFrom('a', 'z', 'constructor') }),
)
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(1, 'text', null),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', '0', 'length'), tie('json'), { maxKeys: 4 }),
  ),
}))

test('whatever the steps and the body: the outcome is JSON, and nobody’s prototype is touched', () => {
  fc.assert(
    fc.property(json, fc.array(step, { maxLength: 5 }), (body, steps) => {
      const safe = steps.filter((each) => !JSON.stringify(each).includes('__proto__'))
      const changed = changeBody(structuredClone(body), safe)
      expect(JSON.parse(JSON.stringify(changed))).toEqual(changed)
    }),
    { numRuns: 2_000 },
  )
  expect(Object.keys(Object.prototype)).toEqual([])
  expect(Object.keys(Array.prototype)).toEqual([])
})

test('a field that is renamed there and back, and one that is set twice, are as after once', () => {
  fc.assert(
    fc.property(json, pointer, written, (body, where, value) => {
      if (where.includes('__proto__')) return
      const once = changeBody(structuredClone(body), [{ set: where, value }])
      expect(changeBody(structuredClone(once), [{ set: where, value }])).toEqual(once)
      const last = namesOf(where)?.at(-1) ?? ''
      const back = `${where.slice(0, where.lastIndexOf('/'))}/unused`
      const renamed = changeBody(structuredClone(body), [{ rename: where, to: 'unused' }])
      expect(changeBody(renamed, [{ rename: back, to: last }])).toEqual(body)
    }),
    { numRuns: 2_000 },
  )
})

test('what no step names stays as it is', () => {
  fc.assert(
    fc.property(json, json, fc.array(step, { maxLength: 5 }), (body, other, steps) => {
      const within = steps.map((each): BodyStep => {
        if ('set' in each) return { ...each, set: `/here${each.set}` }
        return 'remove' in each
          ? { remove: `/here${each.remove}` }
          : { ...each, rename: `/here${each.rename}` }
      })
      const safe = within.filter((each) => !JSON.stringify(each).includes('__proto__'))
      expect(changeBody({ here: structuredClone(body), there: other }, safe)).toMatchObject({ there: other })
    }),
  )
})
