import type { Correction } from '@alta/contracts/resources/review'
import { badRequest, conflict } from '@alta/kit/errors'
import { type Edit, editsByPart, editText, editWords, locate, type Place, refuseTooMuch } from './edits.ts'
import { placeInTime, placeOnPage } from './place-words.ts'
import { type AnyWord, type Part, type Reading, textOf, wordsOf } from './reading.ts'

/**
 * Replaces single words. An empty `after` removes the word; one with spaces becomes several words that share
 * its box or time.
 * @throws {Problem} 409 `correction_mismatch` when a word is not what the reviewer saw,
 *   400 `duplicate_correction` when one word is corrected twice, `too_many_words`, `text_too_long`
 */
export function correctWords(reading: Reading, corrections: readonly Correction[]): Reading {
  const words = wordsOf(reading)
  const seen = new Set<number>()
  for (const { index, before } of corrections) {
    if (seen.has(index)) throw badRequest('duplicate_correction', `Word ${index} is corrected twice.`)
    seen.add(index)
    const current = words[index]?.text
    if (current === before) continue
    const found = current === undefined ? `there are ${words.length} words` : `it is "${current}"`
    throw conflict(
      'correction_mismatch',
      `Word ${index} is not "${before}": ${found}. Read the item again.`,
      {
        extensions: { index, current: current ?? null },
      },
    )
  }
  const edits = corrections
    .filter(({ before, after }) => before !== after)
    .map(({ index, after }) => ({ at: index, remove: 1, insert: after.split(/\s+/).filter(Boolean) }))
    .sort((a, b) => a.at - b.at)
  const added = edits.flatMap(({ insert }) => insert)
  refuseTooMuch(reading, {
    words: words.length + added.length,
    characters: textOf(reading).length + added.reduce((sum, word) => sum + word.length + 1, 0),
  })
  return applyEdits(reading, edits)
}

/** Words and text after the edits; the layout between the words that stay is kept. */
function applyEdits(reading: Reading, edits: readonly Edit[]): Reading {
  if (reading.kind === 'document') {
    const pages = editParts(reading.value.pages, edits, placeOnPage)
    return { kind: 'document', value: { ...reading.value, pages } }
  }
  const { segments, text } = reading.value
  const edited = editParts(segments, edits, placeInTime)
  return {
    kind: 'voice',
    value: { ...reading.value, segments: edited, text: withSegments(text, segments, edited) },
  }
}

function editParts<W extends AnyWord, P extends Part<W>>(
  parts: readonly P[],
  edits: readonly Edit[],
  place: Place<W>,
): (P & { words: W[] })[] {
  const own = editsByPart(parts, edits)
  return parts.map((part, index) => {
    const changes = own[index] ?? []
    return { ...part, text: editText(part, changes), words: editWords(part.words, changes, place) }
  })
}

/** The text of a recording is its segments with the engine's spacing between them. */
function withSegments(
  text: string,
  before: readonly Part<AnyWord>[],
  after: readonly Part<AnyWord>[],
): string {
  const said = before.map((segment, index) => ({ old: segment.text, now: after[index]?.text ?? '' }))
  const spans = locate(
    text,
    said.map(({ old }) => old),
  )
  if (!spans) return said.map(({ now }) => now).join(' ')
  let result = ''
  let copied = 0
  for (const [index, { start, end }] of spans.entries()) {
    result += text.slice(copied, start) + (said[index]?.now ?? '')
    copied = end
  }
  return result + text.slice(copied)
}
