import type { Correction } from '@alta/contracts/resources/review'
import { diffArrays } from 'diff'
import { type Edit, editsByPart, editWords, type Place, refuseTooMuch } from './edits.ts'
import { placeInTime, placeOnPage } from './place-words.ts'
import { type AnyWord, type Part, type Reading, wordsOf } from './reading.ts'

/** A rewrite of everything may not hold up other requests: past this many milliseconds it counts as one change. */
const DIFF_TIME_LIMIT = 500

/**
 * Replaces the whole text by what a reviewer wrote. The old and new words are aligned (shortest edit script):
 * words found again keep their boxes or times and confidence, and tell which page or segment the text around
 * them belongs to; changed words share the room of those they replace.
 * @throws {Problem} 400 `too_many_words`, `text_too_long`
 * @returns the new reading, and what has changed as corrections (`index` in the old words)
 */
export function rewrite(reading: Reading, text: string): { reading: Reading; corrections: Correction[] } {
  const old = wordsOf(reading).map((word) => word.text)
  const tokens = [...text.matchAll(/\S+/g)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }))
  refuseTooMuch(reading, { words: tokens.length, characters: text.length })
  const edits = editsBetween(
    old,
    tokens.map((token) => token.text),
  )
  const corrections = edits.map(({ at, remove, insert }) => ({
    index: at,
    before: old.slice(at, at + remove).join(' '),
    after: insert.join(' '),
  }))
  const slice = (from: number, to: number): string =>
    from < to ? text.slice(tokens[from]?.start, tokens[to - 1]?.end) : ''
  return { reading: rewritten(reading, text, edits, slice), corrections }
}

type Slice = (fromWord: number, toWord: number) => string

function rewritten(reading: Reading, text: string, edits: readonly Edit[], slice: Slice): Reading {
  if (reading.kind === 'document') {
    const pages = rewriteParts(reading.value.pages, edits, placeOnPage, slice)
    return { kind: 'document', value: { ...reading.value, pages } }
  }
  const { duration, segments } = reading.value
  // Where the engine heard nothing, a person may have: the words need a segment to be in.
  const heard =
    segments.length > 0 ? segments : [{ start: 0, end: duration, text: '', confidence: 0, words: [] }]
  return {
    kind: 'voice',
    value: { ...reading.value, text, segments: rewriteParts(heard, edits, placeInTime, slice) },
  }
}

function rewriteParts<W extends AnyWord, P extends Part<W>>(
  parts: readonly P[],
  edits: readonly Edit[],
  place: Place<W>,
  slice: Slice,
): (P & { words: W[] })[] {
  const own = editsByPart(parts, edits)
  let passed = 0
  return parts.map((part, index) => {
    const words = editWords(part.words, own[index] ?? [], place)
    const from = passed
    passed += words.length
    return { ...part, text: slice(from, passed), words }
  })
}

function editsBetween(old: readonly string[], now: readonly string[]): Edit[] {
  const changes = diffArrays([...old], [...now], { timeout: DIFF_TIME_LIMIT })
  if (!changes) return [{ at: 0, remove: old.length, insert: now }]
  const edits: Edit[] = []
  let at = 0
  let open: { at: number; remove: number; insert: string[] } | undefined
  for (const { added, removed, value } of changes) {
    if (!added && !removed) {
      open = undefined
      at += value.length
      continue
    }
    if (!open) {
      open = { at, remove: 0, insert: [] }
      edits.push(open)
    }
    if (added) open.insert = open.insert.concat(value)
    else {
      open.remove += value.length
      at += value.length
    }
  }
  return edits
}
