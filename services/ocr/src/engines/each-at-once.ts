/**
 * Calls `work` for each item in order, `width` at a time. The first failure, or the abort of `signal`, aborts
 * the signal that `work` gets and keeps further items from being begun; it is thrown when all that had begun
 * has ended, so that nothing goes on behind the caller's back.
 */
export async function eachAtOnce<Item>(
  items: readonly Item[],
  width: number,
  signal: AbortSignal,
  work: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const waiting = [...items]
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        either.throwIfAborted()
        await work(item, either)
      } catch (error) {
        failed.abort(error)
        throw error
      }
    }
  }
  const lanes = Array.from({ length: Math.min(width, items.length) }, lane)
  const ends = await Promise.allSettled(lanes)
  if (ends.some((end) => end.status === 'rejected'))
    throw signal.aborted ? signal.reason : failed.signal.reason
}
