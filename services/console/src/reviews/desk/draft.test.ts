import { expect, test } from 'vitest'
import {
  clashesOf,
  correctionsOf,
  emptyDraft,
  packDraft,
  settleClashes,
  unpackDraft,
  withoutWords,
  withWord,
} from './draft.ts'

test('a changed word is a correction, and one that reads as before is none but was looked at', () => {
  const changed = withWord(emptyDraft, 2, 'Smlth', ' Smith ')
  expect(correctionsOf(changed)).toEqual([{ index: 2, before: 'Smlth', after: 'Smith' }])
  const back = withWord(changed, 2, 'Smlth', 'Smlth')
  expect(correctionsOf(back)).toEqual([])
  expect([...back.seen]).toEqual([2])
})

test('corrections are in the order of the words; words that are taken out are empty', () => {
  const draft = withoutWords(withWord(emptyDraft, 7, 'b', 'c'), [
    { index: 4, text: 'x' },
    { index: 5, text: 'y' },
  ])
  expect(correctionsOf(draft)).toEqual([
    { index: 4, before: 'x', after: '' },
    { index: 5, before: 'y', after: '' },
    { index: 7, before: 'b', after: 'c' },
  ])
})

test('words that say something else by now are told beside what was made of them', () => {
  const draft = withWord(withWord(emptyDraft, 0, 'Deer', 'Dear'), 1, 'Mr', 'Mrs')
  expect(clashesOf(draft, [{ text: 'Deer' }, { text: 'Ms' }])).toEqual([
    { index: 1, mine: 'Mrs', theirs: 'Ms' },
  ])
  expect(clashesOf(draft, [{ text: 'Deer' }])).toEqual([{ index: 1, mine: 'Mrs', theirs: undefined }])
})

test('of two versions of a word either stands, and mine is then about what it says now', () => {
  const draft = withWord(withWord(emptyDraft, 0, 'Deer', 'Dear'), 1, 'Mr', 'Mrs')
  const clashes = clashesOf(draft, [{ text: 'Deer' }, { text: 'Ms' }])
  expect(correctionsOf(settleClashes(draft, clashes, 'mine'))).toEqual([
    { index: 0, before: 'Deer', after: 'Dear' },
    { index: 1, before: 'Ms', after: 'Mrs' },
  ])
  expect(correctionsOf(settleClashes(draft, clashes, 'theirs'))).toEqual([
    { index: 0, before: 'Deer', after: 'Dear' },
  ])
})

test('a draft survives its way through the storage; what is none does not become one', () => {
  const draft = withWord(emptyDraft, 3, 'a', 'b')
  expect(unpackDraft(JSON.parse(JSON.stringify(packDraft(draft))))).toEqual(draft)
  for (const wrong of [
    null,
    7,
    {},
    { edits: 1, seen: [] },
    { edits: [[1, {}]], seen: [] },
    { edits: [], seen: ['1'] },
  ])
    expect(unpackDraft(wrong)).toBeUndefined()
})
