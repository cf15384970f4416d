import { setTimeout as delay } from 'node:timers/promises'

/**
 * Repeats a commit until it works or the service stops, and holds the delivery meanwhile. That costs a prefetch
 * slot; refusing the delivery would use up daprd's attempts, and a long outage of the database would end in the
 * dead letters what is no fault of any message.
 * @returns whether it is committed
 */
export async function holdUntil(
  commit: () => Promise<void>,
  options: { stopping: AbortSignal; failed(error: unknown): void },
): Promise<boolean> {
  for (let wait = 500; ; wait = Math.min(wait * 2, 10_000)) {
    try {
      await commit()
      return true
    } catch (error) {
      options.failed(error)
      await delay(wait, undefined, { signal: options.stopping }).catch(() => undefined)
      if (options.stopping.aborted) return false
    }
  }
}
