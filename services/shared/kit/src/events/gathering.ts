import { AsyncLocalStorage } from 'node:async_hooks'

/** Most items handled together. */
const MOST = 200
/** A lane that has been at it for so many milliseconds no longer keeps the others waiting. */
const SLOW = 25
/** Items that took so many milliseconds together may be too many. */
const LONG = 100
/** They are when together they took more than this part of what they would have taken one by one. */
const NOTHING_SAVED = 0.75

/** Lanes that all gatherings of a process share, beside the first of each. */
export interface ExtraLanes {
  free: number
}

/**
 * Takes together what arrives while earlier items are being handled; nothing waits on purpose. One lane is the rule,
 * since it gathers best. While all lanes take long, further ones open, so that an item which never ends holds up
 * nobody. Where items take long together and none is helped by it, fewer are taken at once; on a machine where
 * everything takes long it is the commit that they share, and to take fewer would only make it worse.
 */
export function createGathering<Item>(options: {
  /** Handles items; returns those that have to be handled alone. Never rejects. */
  handle(items: readonly Item[]): Promise<readonly Item[]>
  /** Each item is always alone, and the lanes open without delay. */
  alone: boolean
  extraLanes: ExtraLanes
}): { add(item: Item, how?: { alone: boolean }): void } {
  const { extraLanes } = options
  const most = options.alone ? 1 : MOST
  const slow = options.alone ? 0 : SLOW
  const together: Item[] = []
  const alone: Item[] = []
  /** When each lane began what it is at. */
  const lanes = new Set<{ since: number }>()
  let limit = most
  /** Milliseconds that a single item took lately; 0 until one was single. */
  let single = 0
  let looksAgain = false
  // A lane belongs to none of its items: not to the trace of the one that happened to open it.
  const outside = AsyncLocalStorage.snapshot()

  function openIfDue(): void {
    if (together.length + alone.length === 0) return
    if (lanes.size > 0) {
      if (extraLanes.free === 0) return
      const youngest = Math.max(...[...lanes].map(({ since }) => since))
      const wait = youngest + slow - performance.now()
      if (wait > 0) {
        if (!looksAgain) setTimeout(lookAgain, wait).unref()
        looksAgain = true
        return
      }
    }
    outside(() => void open(lanes.size > 0))
  }

  function lookAgain(): void {
    looksAgain = false
    openIfDue()
  }

  async function open(extra: boolean): Promise<void> {
    const lane = { since: performance.now() }
    lanes.add(lane)
    if (extra) extraLanes.free -= 1
    const isAlone = alone.length > 0
    const items = isAlone ? alone.splice(0, 1) : together.splice(0, limit)
    const handling = options.handle(items)
    // Somebody has to look after those that are left, should this lane never end.
    openIfDue()
    alone.push(...(await handling))
    if (!isAlone) {
      const took = performance.now() - lane.since
      if (items.length === 1) single = took
      const tooMany = items.length > 1 && took > LONG && took > items.length * single * NOTHING_SAVED
      limit = tooMany ? Math.max(1, Math.floor(items.length / 4)) : Math.min(most, limit * 2)
    }
    if (extra) extraLanes.free += 1
    lanes.delete(lane)
    openIfDue()
  }

  return {
    add(item, how) {
      if (how?.alone) alone.push(item)
      else together.push(item)
      openIfDue()
    },
  }
}
