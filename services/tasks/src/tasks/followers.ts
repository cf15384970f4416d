import { tooManyRequests } from '@alta/kit/errors'

/** Streams of one person at one replica. Each looks at the record more than twice a second, for as long as a task takes. */
const MOST_OF_ONE = 20

/** Who follows how many tasks in this process. */
export function followers(mostOfOne = MOST_OF_ONE) {
  const open = new Map<string, number>()

  return {
    /**
     * Takes a place for one stream.
     * @returns gives it back
     * @throws {Problem} 429 `too_many_streams`
     */
    enter(userId: string): () => void {
      const count = open.get(userId) ?? 0
      if (count >= mostOfOne) {
        throw tooManyRequests('too_many_streams', `You follow ${mostOfOne} tasks already. End one first.`, {
          headers: { 'retry-after': '5' },
        })
      }
      open.set(userId, count + 1)
      return () => {
        const left = (open.get(userId) ?? 1) - 1
        if (left > 0) open.set(userId, left)
        else open.delete(userId)
      }
    },
  }
}
