import { diffArrays } from 'diff'

/** Two texts that have nothing to do with each other may not hold up other requests. Milliseconds. */
const DIFF_TIME_LIMIT = 500

/** Share of the words that two texts have in common, in the same order: 1 when all are the same, 0 when none is. */
export function agreementOf(one: string, other: string): number {
  if (one === other) return 1
  const [first, second] = [wordsIn(one), wordsIn(other)]
  const total = first.length + second.length
  if (total === 0) return 1
  const changes = diffArrays(first, second, { timeout: DIFF_TIME_LIMIT })
  const common = (changes ?? [])
    .filter(({ added, removed }) => !added && !removed)
    .reduce((count, { value }) => count + value.length, 0)
  return (2 * common) / total
}

const wordsIn = (text: string): string[] => text.split(/\s+/).filter(Boolean)
