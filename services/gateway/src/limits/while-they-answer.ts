import { log } from '@alta/kit/telemetry/log'
import { type Clock, type Counted, monotonic, type TakeFromAll } from './counters.ts'

/** How long nobody asks Redis after a call has failed. */
const PAUSE = 5_000_000

/**
 * Asks shared counters as long as they answer. After a failure nobody does for five seconds, and then one request
 * alone: while Redis hangs, one request in five seconds waits for it.
 * @returns undefined when they are away
 */
export function whileTheyAnswer(take: TakeFromAll, clock: Clock = monotonic) {
  /** When they may be tried again; undefined while they answer. */
  let pausedUntil: number | undefined

  return async (asks: Parameters<TakeFromAll>[0]): Promise<Counted[] | undefined> => {
    const now = clock()
    if (pausedUntil !== undefined) {
      if (now < pausedUntil) return undefined
      // Whoever comes while this one tries does not.
      pausedUntil = now + PAUSE
    }
    try {
      const counted = await take(asks)
      if (pausedUntil !== undefined) log.info('limits are shared by all gateways again')
      pausedUntil = undefined
      return counted
    } catch (error) {
      if (pausedUntil === undefined) log.warn({ err: error }, 'Redis is away: each gateway limits by itself')
      pausedUntil = clock() + PAUSE
      return undefined
    }
  }
}
