/** Fewest insertions, deletions and replacements that turn one sequence into the other (Levenshtein 1966). */
function editDistance<Item>(from: readonly Item[], to: readonly Item[]): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [row, item] of from.entries()) {
    const current = [row + 1]
    for (const [column, other] of to.entries()) {
      const replaced = (previous[column] ?? 0) + (item === other ? 0 : 1)
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1))
    }
    previous = current
  }
  return previous.at(-1) ?? 0
}

/** White space says where lines break, which is the layout's business and not the reader's. */
const folded = (text: string) => text.normalize('NFC').replaceAll(/\s+/g, ' ').trim()

/** Share of characters that were read wrongly, 0 to 1 and above; runs of white space count as one blank. */
export function characterErrorRate(truth: string, read: string): number {
  const expected = [...folded(truth)]
  return editDistance(expected, [...folded(read)]) / Math.max(1, expected.length)
}

/** Share of words that were heard wrongly; case and punctuation do not count. */
export function wordErrorRate(truth: string, heard: string): number {
  const words = (text: string) =>
    folded(text)
      .toLowerCase()
      .match(/[\p{L}\p{N}']+/gu) ?? []
  const expected = words(truth)
  return editDistance(expected, words(heard)) / Math.max(1, expected.length)
}
