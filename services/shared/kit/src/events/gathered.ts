/** Runs one call at a time, for everything that has come since the last one began. */
export function gathered<Item>(run: (items: Item[]) => Promise<void>): (items: Item[]) => Promise<void> {
  let waiting: Item[] = []
  let next: Promise<void> | undefined
  let running: Promise<unknown> = Promise.resolve()
  return (items) => {
    waiting.push(...items)
    next ??= running.then(() => {
      const all = waiting
      waiting = []
      next = undefined
      const turn = run(all)
      // Who came for it hears of a failure; the next call does not wait for more than its end.
      running = turn.catch(() => undefined)
      return turn
    })
    return next
  }
}
