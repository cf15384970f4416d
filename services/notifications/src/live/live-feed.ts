import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import { log } from '@alta/kit/telemetry/log'
import type { LiveEntry } from './live-entry.ts'
import { compareIds, type LiveStream, type StreamEntry } from './live-stream.ts'

/** After so long without Redis nobody is told that nothing was missed: handlers may have given up events meanwhile. */
const LONG_OUTAGE_MS = 60_000

/** Where a client is in the stream, as it says it back when it returns. */
export interface Position {
  epoch: string
  id: string
}

export interface FedEntry {
  at: Position
  entry: LiveEntry
}

export interface FeedListener {
  told(fed: FedEntry): void
  /** Something may have been missed: whoever listens has to look at everything anew. */
  missed(at: Position): void
}

export interface LiveFeed {
  /** The stream was read for the first time. */
  begun: Promise<void>
  /** Undefined before that. */
  position(): Position | undefined
  /** @returns what came after; undefined when that is not known in full any more */
  since(position: Position): FedEntry[] | undefined
  stop(): Promise<void>
}

/**
 * This replica's reading of the stream, with a copy of its last entries: a thousand clients who come back at once
 * cost Redis nothing. After a failure it goes on where it was, and says when it cannot.
 */
export function openLiveFeed(stream: LiveStream, kept: number, listener: FeedListener): LiveFeed {
  let at: Position | undefined
  /** Number of the entry at that place. */
  let last = 0
  let trimmedTo = '0-0'
  let entries: FedEntry[] = []
  const seen = new Set<string>()
  let stopped = false
  const begun = Promise.withResolvers<void>()

  function take({ id, epoch, number, entry }: StreamEntry): void {
    const isNext = at === undefined || (epoch === at.epoch && number === last + 1)
    // What came before the first entry that is there is not known.
    if (!at && number > 1) trimmedTo = id
    last = number
    if (!isNext) {
      startAnew(epoch, id)
      return
    }
    at = { epoch, id }
    // The handler of an event may have told of it twice: once before each commit that it tried.
    if (!entry || seen.has(entry.event)) return
    seen.add(entry.event)
    const fed = { at, entry }
    entries.push(fed)
    if (entries.length > 2 * kept) {
      for (const {
        entry: old,
        at: { id: gone },
      } of entries.splice(0, kept)) {
        seen.delete(old.event)
        trimmedTo = gone
      }
    }
    listener.told(fed)
  }

  function startAnew(epoch: string, id: string): void {
    at = { epoch, id }
    trimmedTo = id
    entries = []
    seen.clear()
    listener.missed(at)
  }

  async function catchUp(): Promise<void> {
    const { epoch, entries: found } = await stream.contents()
    // Emptied and begun anew, or emptied while nobody wrote: either way what is known here counts no more.
    if (at && at.epoch !== epoch) startAnew(epoch, '0-0')
    for (const entry of found) {
      if (at && compareIds(entry.id, at.id) <= 0) continue
      take(entry)
      await turn()
    }
  }

  const running = (async () => {
    let behind = true
    let failingSince: number | undefined
    while (!stopped) {
      try {
        if (behind) await catchUp()
        behind = false
        begun.resolve()
        if (at && failingSince !== undefined && Date.now() - failingSince > LONG_OUTAGE_MS) {
          startAnew(at.epoch, at.id)
        }
        failingSince = undefined
        for (const entry of await stream.read(at?.id ?? '0-0')) {
          take(entry)
          // What was sent leaves before more is: of many changes at once nobody is too slow.
          await turn()
        }
      } catch (error) {
        behind = true
        if (stopped) break
        if (failingSince === undefined) log.warn({ err: error }, 'live updates cannot be read from Redis')
        failingSince ??= Date.now()
        await delay(500)
      }
    }
  })()

  return {
    begun: begun.promise,
    position: () => at,
    since(position) {
      if (!at || position.epoch !== at.epoch || compareIds(position.id, trimmedTo) < 0) return undefined
      return entries.slice(firstAfter(entries, position.id))
    },
    async stop() {
      stopped = true
      stream.stopReading()
      await running
    },
  }
}

function firstAfter(entries: readonly FedEntry[], id: string): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    const found = entries[middle]
    if (found && compareIds(found.at.id, id) > 0) high = middle
    else low = middle + 1
  }
  return low
}
