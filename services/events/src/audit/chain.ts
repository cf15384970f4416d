import { auditEntry } from '@alta/contracts/resources/audit'
import { z } from 'zod'
import { canonical, sha256 } from './canonical.ts'

/** An entry in its place: what is hashed is the canonical form of exactly this. */
export const chainedEntry = auditEntry.extend({
  sequence: z.number().int().min(1),
  tenantId: z.uuid(),
  /** App-id of the service that noted it. */
  service: z.string(),
  /** Hash of the entry before this one; of the first, 64 zeros. */
  previousHash: z.string(),
})

export type ChainedEntry = z.infer<typeof chainedEntry>

/** Where a chain has got to. */
export interface Link {
  readonly sequence: number
  readonly hash: string
}

export const GENESIS: Link = { sequence: 0, hash: '0'.repeat(64) }

/** The text to store for the next entry of the chain, and its hash. */
export function nextLink(
  head: Link,
  entry: Omit<ChainedEntry, 'sequence' | 'previousHash'>,
): Link & { text: string } {
  const sequence = head.sequence + 1
  const text = canonical({ ...entry, sequence, previousHash: head.hash })
  return { sequence, text, hash: sha256(text) }
}

export const faultKinds = [
  'entry_altered',
  'entry_missing',
  'link_broken',
  'tail_missing',
  'chain_rewritten',
  'head_altered',
  'anchor_altered',
  'anchor_missing',
] as const

export interface Fault {
  readonly kind: (typeof faultKinds)[number]
  /** First entry that cannot be trusted because of it. */
  readonly sequence: number
  readonly detail: string
}

/** Of a log that was written anew every entry is a fault; these say enough. */
const MOST_FAULTS = 20

interface StoredEntry extends Link {
  /** Undefined when only the link is known: of an entry that the reader of an export may not see. */
  readonly text: string | undefined
  readonly previousHash?: string
}

const place = z.looseObject({ sequence: z.number(), previousHash: z.string() })

/** Follows a chain entry by entry, from the one after `start`; what it is told to expect it looks for on the way. */
export function chainCheck(start: Link = GENESIS) {
  let { sequence, hash } = start
  let entries = 0
  const faults: Fault[] = []
  const fault = (kind: Fault['kind'], at: number, detail: string) => {
    if (faults.length < MOST_FAULTS) faults.push({ kind, sequence: at, detail })
  }

  return {
    fault,
    next(row: StoredEntry): void {
      entries += 1
      const expected = sequence + 1
      const isNext = row.sequence === expected
      if (!isNext) {
        const last = row.sequence - 1
        const which = last === expected ? `Entry ${expected} is` : `Entries ${expected} to ${last} are`
        fault('entry_missing', expected, `${which} not there.`)
      }
      const read = row.text === undefined ? row : readPlace(row.text)
      if (row.text !== undefined && (sha256(row.text) !== row.hash || read?.sequence !== row.sequence)) {
        fault(
          'entry_altered',
          row.sequence,
          `Entry ${row.sequence} does not have the hash that is stored with it.`,
        )
      } else if (isNext && read?.previousHash !== hash) {
        const detail = `Entry ${row.sequence} does not continue entry ${sequence}: one of the two was replaced.`
        fault('link_broken', Math.max(1, sequence), detail)
      }
      sequence = row.sequence
      hash = row.hash
    },
    get result() {
      return { entries, head: { sequence, hash }, faults }
    },
  }
}

function readPlace(text: string): { sequence: number; previousHash: string } | undefined {
  try {
    return place.safeParse(JSON.parse(text)).data
  } catch {
    // No JSON at all: whatever its hash, nobody of ours wrote it.
    return undefined
  }
}
