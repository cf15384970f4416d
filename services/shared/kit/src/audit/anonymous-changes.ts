import type { TenantEntry } from './request-audit.ts'

const WINDOW_MILLISECONDS = 60_000
/** Of one route within a minute, each with an entry of its own. */
const MOST_ENTRIES = 100

/**
 * What nobody in particular changes, such as registering or asking for a mail: anybody can cause as much of it as the
 * edge lets through, and each would be an entry that is kept for ever. Up to a hundred a minute of one route are noted
 * one by one, each in its own transaction; the others of that minute are counted, and are one entry.
 */
export interface AnonymousChanges {
  /** @returns whether it gets an entry; else it is counted, and `takeBack` is for a transaction that fails */
  admit(noted: TenantEntry): { ownEntry: boolean; takeBack(): void }
  /** Sums that are due. @param all also those whose minute is not over */
  due(all: boolean): TenantEntry[]
}

interface Window {
  readonly begun: number
  entries: number
  counted: number
  last: TenantEntry
}

export function anonymousChanges(clock: () => number = Date.now): AnonymousChanges {
  const windows = new Map<string, Window>()
  return {
    admit(noted) {
      const key = `${noted.tenantId} ${noted.entry.action}`
      const open = windows.get(key)
      const window = open ?? { begun: clock(), entries: 0, counted: 0, last: noted }
      if (!open) windows.set(key, window)
      const ownEntry = window.entries < MOST_ENTRIES
      if (ownEntry) window.entries += 1
      else {
        window.counted += 1
        window.last = noted
      }
      return {
        ownEntry,
        takeBack() {
          if (ownEntry) window.entries -= 1
          else window.counted -= 1
        },
      }
    },

    due(all) {
      const sums: TenantEntry[] = []
      for (const [key, { begun, counted, last }] of windows) {
        if (!all && clock() - begun < WINDOW_MILLISECONDS) continue
        windows.delete(key)
        if (counted > 0) sums.push(sumOver(last, counted))
      }
      return sums
    },
  }
}

/** Of many callers nobody is to read that it was one of them. */
const sumOver = ({ tenantId, entry }: TenantEntry, count: number): TenantEntry => ({
  tenantId,
  entry: { ...entry, count, resources: [], address: null, userAgent: null },
})
