/**
 * The next word to look at, most doubtful first: the first one after `from` in that order that nobody has looked at
 * yet, else, beginning anew, the first one at all. With none left, simply the one after.
 * @param order positions of doubtful words, most doubtful first
 * @param from position of a word that is not in the order counts as before its beginning
 * @param step -1 goes back, past words that were looked at as well
 */
export function nextDoubt(
  order: readonly number[],
  seen: ReadonlySet<number>,
  from: number | undefined,
  step: 1 | -1,
): number | undefined {
  const place = from === undefined ? -1 : order.indexOf(from)
  if (step === -1) return place > 0 ? order[place - 1] : undefined
  const isOpen = (index: number): boolean => !seen.has(index) && index !== from
  return order.slice(place + 1).find(isOpen) ?? order.find(isOpen) ?? order[place + 1]
}

/** How many were looked at, of how many. */
export const progressOf = (order: readonly number[], seen: ReadonlySet<number>) => ({
  seen: order.filter((index) => seen.has(index)).length,
  all: order.length,
})
