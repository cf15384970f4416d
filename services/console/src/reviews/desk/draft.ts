/** A word of an item; positions count over all its pages or segments. */
export interface WordText {
  readonly text: string
}

/** What a reviewer made of one word. */
export interface Edit {
  /** What it said when it was changed: it is sent along, so that nobody's newer text is overwritten. */
  readonly before: string
  readonly after: string
}

/** What was done to an item and is not decided on yet. */
export interface Draft {
  readonly edits: ReadonlyMap<number, Edit>
  /** Doubtful words that were looked at, changed or not. */
  readonly seen: ReadonlySet<number>
  /** The whole text anew, where the machine read no words that could be changed. */
  readonly text?: string | undefined
}

export const emptyDraft: Draft = { edits: new Map(), seen: new Set() }

/** The draft once one word reads so. What is as the machine had it is no edit. */
export function withWord(draft: Draft, index: number, before: string, typed: string): Draft {
  const after = typed.trim().replace(/\s+/g, ' ')
  const seen = new Set(draft.seen).add(index)
  const known = draft.edits.get(index)
  if (after === (known?.after ?? before)) return { ...draft, seen }
  const edits = new Map(draft.edits)
  if (after === before) edits.delete(index)
  else edits.set(index, { before, after })
  return { ...draft, edits, seen }
}

/** Several words at once leave nothing behind, as silence does. */
export function withoutWords(draft: Draft, words: readonly { index: number; text: string }[]): Draft {
  return words.reduce((current, { index, text }) => withWord(current, index, text, ''), draft)
}

export const correctionsOf = ({ edits }: Draft): { index: number; before: string; after: string }[] =>
  [...edits]
    .map(([index, { before, after }]) => ({ index, before, after }))
    .sort((one, other) => one.index - other.index)

export interface Clash {
  readonly index: number
  readonly mine: string
  /** What the word says now; undefined when it is there no more. */
  readonly theirs: string | undefined
}

/** Edits whose words say something else now than they did when they were changed. */
export const clashesOf = ({ edits }: Draft, words: readonly WordText[]): Clash[] =>
  [...edits]
    .filter(([index, { before }]) => words[index]?.text !== before)
    .map(([index, { after }]) => ({ index, mine: after, theirs: words[index]?.text }))

export const hasWork = ({ edits, text }: Draft): boolean => edits.size > 0 || text !== undefined

/** Mine over what the words say now, or theirs alone. */
export function settleClashes(draft: Draft, clashes: readonly Clash[], keep: 'mine' | 'theirs'): Draft {
  const edits = new Map(draft.edits)
  for (const { index, mine, theirs } of clashes) {
    if (keep === 'theirs' || theirs === undefined || theirs === mine) edits.delete(index)
    else edits.set(index, { before: theirs, after: mine })
  }
  return { ...draft, edits }
}

/** A draft as JSON, and back. */
export const packDraft = ({ edits, seen, text }: Draft): unknown => ({
  edits: [...edits],
  seen: [...seen],
  ...(text === undefined ? {} : { text }),
})

/** @returns undefined when it is not what {@link packDraft} makes: the browser's storage is anybody's */
export function unpackDraft(packed: unknown): Draft | undefined {
  if (typeof packed !== 'object' || packed === null || !('edits' in packed) || !('seen' in packed))
    return undefined
  const { edits, seen } = packed
  if (!Array.isArray(edits) || !Array.isArray(seen)) return undefined
  if (!edits.every(isEntry) || !seen.every((index) => Number.isInteger(index))) return undefined
  const text = 'text' in packed && typeof packed.text === 'string' ? packed.text : undefined
  return { edits: new Map(edits), seen: new Set(seen), ...(text === undefined ? {} : { text }) }
}

const isEntry = (entry: unknown): entry is [number, Edit] => {
  if (!Array.isArray(entry) || !Number.isInteger(entry[0])) return false
  const edit: unknown = entry[1]
  return (
    typeof edit === 'object' &&
    edit !== null &&
    'before' in edit &&
    'after' in edit &&
    typeof edit.before === 'string' &&
    typeof edit.after === 'string'
  )
}
