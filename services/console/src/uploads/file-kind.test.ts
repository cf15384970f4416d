import { expect, test } from 'vitest'
import { isMeant, kindOfFile } from './file-kind.ts'

test.each([
  ['letter.pdf', 'application/pdf', 'document'],
  ['scan.TIF', '', 'document'],
  ['voice.m4a', 'audio/x-m4a', 'voice'],
  ['voice', 'audio/flac', 'voice'],
])('%s of the type "%s" becomes a %s', (name, type, kind) => {
  expect(kindOfFile({ name, type })).toBe(kind)
})

test.each(['letter.docx', 'pdf', 'archive.pdf.zip'])('%s is not taken', (name) => {
  expect(kindOfFile({ name, type: '' })).toBeUndefined()
})

test('hidden files, those of the system and empty ones are left out of a folder', () => {
  const files = ['.DS_Store', 'Thumbs.db', 'a.pdf'].map((name) => ({ name, size: 4 }))
  expect(files.filter(isMeant).map(({ name }) => name)).toEqual(['a.pdf'])
  expect(isMeant({ name: 'a.pdf', size: 0 })).toBe(false)
})
