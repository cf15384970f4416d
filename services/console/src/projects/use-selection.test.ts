import { expect, test } from 'vitest'
import { toggled } from './use-selection.ts'

const order = ['a', 'b', 'c', 'd', 'e']

test('one is selected, and not any more', () => {
  const selected = toggled(new Set(), order, 'b', undefined)
  expect([...selected]).toEqual(['b'])
  expect([...toggled(selected, order, 'b', undefined)]).toEqual([])
})

test('a range goes both ways, and takes away where it ends on something selected', () => {
  expect([...toggled(new Set(['b']), order, 'd', 'b')]).toEqual(['b', 'c', 'd'])
  expect([...toggled(new Set(['d']), order, 'b', 'd')].sort()).toEqual(['b', 'c', 'd'])
  expect([...toggled(new Set(['a', 'b', 'c']), order, 'c', 'b')]).toEqual(['a'])
})

test('a range from something that is no longer in the list is one', () => {
  expect([...toggled(new Set(), order, 'c', 'gone')]).toEqual(['c'])
})
