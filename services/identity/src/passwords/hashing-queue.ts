import { unavailable } from '@alta/kit/errors'

export interface HashingQueue {
  /** @throws {Problem} 503 `too_busy` when as many are waiting as may */
  run<Result>(work: () => Promise<Result>): Promise<Result>
}

/**
 * Lets a few hashes run at once and a bounded number wait. A hash takes 46 MiB: without the bound
 * a flood of sign-ins would take the memory of the machine, and without a full queue the callers
 * at its end would wait for longer than they care.
 */
export function hashingQueue(limits: { atOnce: number; waiting: number }): HashingQueue {
  let running = 0
  const waiting: (() => void)[] = []

  async function turn(): Promise<void> {
    if (running < limits.atOnce) {
      running += 1
      return
    }
    if (waiting.length >= limits.waiting) {
      throw unavailable('too_busy', 'Too many people are signing in right now. Try again in a few seconds.', {
        note: `${running} password hashes running, ${waiting.length} waiting`,
      })
    }
    // Whoever finishes hands its place over, so `running` stays as it is.
    await new Promise<void>((resolve) => waiting.push(resolve))
  }

  return {
    async run(work) {
      await turn()
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else running -= 1
      }
    },
  }
}
