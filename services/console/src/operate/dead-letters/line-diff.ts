export interface DiffLine {
  readonly change: 'same' | 'removed' | 'added'
  readonly text: string
  /** Place in the diff, for a list's keys. */
  readonly key: number
}

/** Above this the work would be felt while typing: everything between the equal ends is told as changed. */
const MOST_CELLS = 400_000

/** What differs between two texts, line by line: the longest common lines stay. */
export function diffLines(before: string, after: string): DiffLine[] {
  const [old, next] = [before.split('\n'), after.split('\n')]
  let start = 0
  while (start < old.length && start < next.length && old[start] === next[start]) start++
  let end = 0
  while (
    end < old.length - start &&
    end < next.length - start &&
    old[old.length - 1 - end] === next[next.length - 1 - end]
  ) {
    end++
  }
  const lines: Omit<DiffLine, 'key'>[] = [
    ...old.slice(0, start).map((text) => ({ change: 'same' as const, text })),
    ...middle(old.slice(start, old.length - end), next.slice(start, next.length - end)),
    ...old.slice(old.length - end).map((text) => ({ change: 'same' as const, text })),
  ]
  return lines.map((line, key) => ({ ...line, key }))
}

function middle(old: readonly string[], next: readonly string[]): Omit<DiffLine, 'key'>[] {
  const removed = (text: string) => ({ change: 'removed' as const, text })
  const added = (text: string) => ({ change: 'added' as const, text })
  if (old.length * next.length > MOST_CELLS) return [...old.map(removed), ...next.map(added)]
  const width = next.length + 1
  const common = new Uint32Array((old.length + 1) * width)
  const at = (row: number, column: number): number => common[row * width + column] ?? 0
  for (let row = old.length - 1; row >= 0; row--) {
    for (let column = next.length - 1; column >= 0; column--) {
      common[row * width + column] =
        old[row] === next[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  const lines: Omit<DiffLine, 'key'>[] = []
  let [row, column] = [0, 0]
  while (row < old.length && column < next.length) {
    const [left, right] = [old[row] ?? '', next[column] ?? '']
    if (left === right) {
      lines.push({ change: 'same', text: left })
      row++
      column++
    } else if (at(row + 1, column) >= at(row, column + 1)) {
      lines.push(removed(left))
      row++
    } else {
      lines.push(added(right))
      column++
    }
  }
  return [...lines, ...old.slice(row).map(removed), ...next.slice(column).map(added)]
}
