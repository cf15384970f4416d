import { log } from '@alta/kit/telemetry/log'
import { liveMetrics } from './live.metrics.ts'
import type { LiveEntry } from './live-entry.ts'
import type { LiveStream } from './live-stream.ts'

/** Milliseconds for the handler of what was dropped last to commit: whoever looks anew has to find its effect. */
const COMMIT_MS = 2_000

export interface LiveHints {
  /** Told to all replicas, or dropped; never a reason to fail. */
  tell(entry: LiveEntry): Promise<void>
  /**
   * To be called every so often: once Redis takes entries again, says that some are missing.
   * @throws {Error} while it does not
   */
  makeUp(): Promise<void>
  /** The last call, of a process that ends. */
  settle(): Promise<void>
}

/**
 * What connected people could be told now is worth nothing in ten minutes, so it is not kept for when Redis is back,
 * and holds up no event. Once something was dropped nothing more is tried until Redis answers; then a gap in the
 * stream makes every replica read anew who belongs to which project, and every client look at everything.
 */
export function liveHints(
  stream: Pick<LiveStream, 'append' | 'appendGap'> & { redis: Pick<LiveStream['redis'], 'ping'> },
): LiveHints {
  let isAway = false
  /** When something was dropped of which nobody was told yet. */
  let droppedAt: number | undefined

  function drop(): void {
    droppedAt = performance.now()
    liveMetrics.dropped.inc()
  }

  async function sayGap(): Promise<void> {
    const upTo = droppedAt
    await stream.appendGap()
    if (droppedAt === upTo) droppedAt = undefined
  }

  return {
    async tell(entry) {
      if (isAway) return drop()
      try {
        await stream.append(entry)
      } catch (error) {
        if (!isAway) log.warn({ err: error }, 'Redis takes no live updates; they are dropped until it does')
        isAway = true
        drop()
      }
    },
    async makeUp() {
      if (isAway) await stream.redis.ping()
      isAway = false
      if (droppedAt !== undefined && performance.now() - droppedAt >= COMMIT_MS) await sayGap()
    },
    async settle() {
      // Without Redis the others know by themselves that it was away for long.
      if (droppedAt !== undefined) await sayGap().catch(() => undefined)
    },
  }
}
