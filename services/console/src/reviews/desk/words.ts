import type { Review } from '../review.ts'

/** One word as the text shows it. */
export interface ShownWord {
  /** Position in the item. */
  readonly index: number
  /** As the machine, or who came before, had it. */
  readonly text: string
  readonly confidence: number
}

/** Words that belong together: a line of a page, a segment of a recording. */
export interface Line {
  readonly key: number
  readonly words: readonly ShownWord[]
}

/** Words with their positions in the item, page by page or segment by segment. */
export function groupWords<Word extends Review['words'][number]>(
  words: readonly Word[],
  groupOf: (word: Word) => number,
): ReadonlyMap<number, readonly (Word & { readonly index: number })[]> {
  const groups = new Map<number, (Word & { index: number })[]>()
  for (const [index, word] of words.entries()) {
    const group = groupOf(word)
    const known = groups.get(group)
    if (known) known.push({ ...word, index })
    else groups.set(group, [{ ...word, index }])
  }
  return groups
}
