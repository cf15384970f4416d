import { badRequest } from '@alta/kit/errors'
import { type AnyWord, type Part, type Reading, textOf, wordsOf } from './reading.ts'

/** `remove` words from position `at` on give way to `insert`. Edits are in order and do not overlap. */
export interface Edit {
  readonly at: number
  readonly remove: number
  readonly insert: readonly string[]
}

/**
 * The words that stand in for `old`: they share the room of `old` between them.
 * @param previous the word before them, where there is one on the same page or in the same segment
 */
export type Place<Word> = (
  old: readonly Word[],
  texts: readonly string[],
  previous: Word | undefined,
) => readonly Word[]

/**
 * Cuts edits at the borders of the parts, with positions counted from each part's start. Where replaced words
 * lie on both sides of a border, the new ones are dealt out in the same proportion; words added at a border
 * stay with the word before them.
 */
export function editsByPart<Word>(parts: readonly Part<Word>[], edits: readonly Edit[]): Edit[][] {
  let start = 0
  return parts.map((part, index) => {
    const end = start + part.words.length
    const own: Edit[] = []
    for (const edit of edits) {
      if (edit.remove === 0) {
        const isHere = edit.at === 0 ? index === 0 : edit.at > start && edit.at <= end
        if (isHere) own.push({ ...edit, at: edit.at - start })
        continue
      }
      const from = Math.max(edit.at, start)
      const to = Math.min(edit.at + edit.remove, end)
      if (from >= to) continue
      const cut = (position: number): number =>
        Math.round((edit.insert.length * (position - edit.at)) / edit.remove)
      own.push({ at: from - start, remove: to - from, insert: edit.insert.slice(cut(from), cut(to)) })
    }
    start = end
    return own
  })
}

/** The words of one part after its edits. */
export function editWords<Word extends AnyWord>(
  words: readonly Word[],
  edits: readonly Edit[],
  place: Place<Word>,
): Word[] {
  // Lists and not `push(...words)`: a book has more words than a call may have arguments.
  const lists: (readonly Word[])[] = []
  let kept = 0
  for (const { at, remove, insert } of edits) {
    lists.push(words.slice(kept, at), place(words.slice(at, at + remove), insert, words[at - 1]))
    kept = at + remove
  }
  return [...lists.flat(), ...words.slice(kept)]
}

/**
 * The text of one part after edits that replace or remove words: line breaks and spaces between untouched
 * words stay as they were; the space before a removed word goes with it.
 */
export function editText(part: Part<AnyWord>, edits: readonly Edit[]): string {
  if (edits.length === 0) return part.text
  const pieces = part.words.map(({ text }) => text)
  const spans = locate(part.text, pieces)
  if (!spans) return spliceWords(pieces, edits).join(' ')
  let result = ''
  let copied = 0
  for (const { at, remove, insert } of edits) {
    result += part.text.slice(copied, spans[at]?.start)
    result = insert.length > 0 ? result + insert.join(' ') : result.trimEnd()
    copied = spans[at + remove - 1]?.end ?? copied
  }
  return (result + part.text.slice(copied)).trimStart()
}

/**
 * Where pieces stand in a text that consists of them and white space.
 * Undefined when the text holds anything else: then nothing can be said about its layout.
 */
export function locate(
  text: string,
  pieces: readonly string[],
): { start: number; end: number }[] | undefined {
  const spans: { start: number; end: number }[] = []
  let position = 0
  for (const piece of pieces) {
    while (position < text.length && !text.startsWith(piece, position) && isSpace(text, position)) position++
    if (piece === '' || !text.startsWith(piece, position)) return undefined
    spans.push({ start: position, end: position + piece.length })
    position += piece.length
  }
  return text.slice(position).trim() === '' ? spans : undefined
}

const isSpace = (text: string, position: number): boolean => text.charAt(position).trim() === ''

function spliceWords(words: readonly string[], edits: readonly Edit[]): string[] {
  const result = [...words]
  for (const { at, remove, insert } of edits.toReversed()) result.splice(at, remove, ...insert)
  return result
}

/** More than any book has. A word takes a hundred bytes with its place, so a small request could fill the storage. */
const MOST_WORDS = 300_000

/** What may be written where an engine has read nothing: a dense page, or what is said in five minutes. */
const WORDS_OF_A_PAGE = 1_000
const CHARACTERS_OF_A_PAGE = 20_000
const SECONDS_OF_A_PAGE = 300

/**
 * A text may grow to four times its words and a full page for each page more: an engine may have passed over most of
 * it, but what has nothing to do with what was read is not worth comparing with it. The same of characters, for a word
 * may be as long as anybody likes, and each verdict keeps the text.
 * @throws {Problem} 400 `too_many_words`, `text_too_long`, which say how many it may have
 */
export function refuseTooMuch(reading: Reading, written: { words: number; characters: number }): void {
  const pages =
    reading.kind === 'document'
      ? reading.value.pages.length
      : Math.ceil(reading.value.duration / SECONDS_OF_A_PAGE)
  const { words, characters } = written
  const room = 4 * wordsOf(reading).length + WORDS_OF_A_PAGE * Math.max(1, pages)
  const most = Math.min(room, MOST_WORDS)
  if (words > most) {
    throw badRequest('too_many_words', `This text may have at most ${most} words.`, {
      extensions: { words, most },
    })
  }
  const longest = 4 * textOf(reading).length + CHARACTERS_OF_A_PAGE * Math.max(1, pages)
  if (characters > longest) {
    throw badRequest('text_too_long', `This text may have at most ${longest} characters.`, {
      extensions: { characters, most: longest },
    })
  }
}
