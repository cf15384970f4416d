export interface Piece {
  readonly kind: 'same' | 'removed' | 'added'
  readonly text: string
}

/** Beyond so many comparisons what differs is told as a whole: a page would stand still. */
const MOST = 4_000_000

/** What changed from one text to another, word by word, in reading order. */
export function differenceOf(before: string, after: string): Piece[] {
  const a = wordsOf(before)
  const b = wordsOf(after)
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++
  const middle = middleOf(a.slice(start, a.length - end), b.slice(start, b.length - end))
  return joined([
    { kind: 'same', text: a.slice(0, start).join('') },
    ...middle,
    { kind: 'same', text: a.slice(a.length - end).join('') },
  ])
}

const wordsOf = (text: string): string[] => text.match(/\s+|[^\s]+/g) ?? []

/** The longest words in common stay; the rest has gone or come. */
function middleOf(a: readonly string[], b: readonly string[]): Piece[] {
  if (a.length * b.length > MOST)
    return [
      { kind: 'removed', text: a.join('') },
      { kind: 'added', text: b.join('') },
    ]
  const width = b.length + 1
  const longest = new Uint16Array((a.length + 1) * width)
  const at = (x: number, y: number): number => longest[x * width + y] ?? 0
  for (let x = a.length - 1; x >= 0; x--)
    for (let y = b.length - 1; y >= 0; y--)
      longest[x * width + y] = a[x] === b[y] ? at(x + 1, y + 1) + 1 : Math.max(at(x + 1, y), at(x, y + 1))
  const pieces: Piece[] = []
  let x = 0
  let y = 0
  while (x < a.length || y < b.length) {
    if (x < a.length && y < b.length && a[x] === b[y]) {
      pieces.push({ kind: 'same', text: a[x] ?? '' })
      x++
      y++
    } else if (x < a.length && (y >= b.length || at(x + 1, y) >= at(x, y + 1))) {
      pieces.push({ kind: 'removed', text: a[x++] ?? '' })
    } else {
      pieces.push({ kind: 'added', text: b[y++] ?? '' })
    }
  }
  return pieces
}

function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = []
  for (const piece of pieces) {
    if (piece.text === '') continue
    const last = result.at(-1)
    if (last?.kind === piece.kind) result[result.length - 1] = { ...last, text: last.text + piece.text }
    else result.push(piece)
  }
  return result
}
