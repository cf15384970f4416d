import { describe, expect, it } from 'vitest'
import { patchOf } from './json-patch.ts'

describe('the patch between two values', () => {
  it('is empty when they are the same', () => {
    expect(patchOf({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toEqual([])
  })

  it('names what is new, gone and different, and nothing else', () => {
    const before = { keep: 1, gone: 2, list: [1, { deep: 'x' }] }
    const after = { keep: 1, list: [1, { deep: 'y' }], fresh: true }
    expect(patchOf(before, after, '/data')).toEqual([
      { op: 'remove', path: '/data/gone' },
      { op: 'replace', path: '/data/list/1/deep', value: 'y' },
      { op: 'add', path: '/data/fresh', value: true },
    ])
  })

  it('replaces a list that has another length', () => {
    expect(patchOf({ a: [1, 2] }, { a: [1] })).toEqual([{ op: 'replace', path: '/a', value: [1] }])
  })

  it('escapes names as JSON Pointer wants them', () => {
    expect(patchOf({ 'a/b~c': 1 }, { 'a/b~c': 2 })).toEqual([{ op: 'replace', path: '/a~1b~0c', value: 2 }])
  })
})
