import type { Database } from '@alta/kit/database/database'
import type { NamedFiles } from '@alta/kit/storage/named-files'
import type { EventsSchema } from '../database/schema.ts'
import { type AnchorFile, readAnchors } from './anchor.ts'
import { type AuditRow, entriesFrom, head } from './audit.repository.ts'
import { chainCheck, type Fault, GENESIS, type Link } from './chain.ts'
import type { PublicKey } from './signing-key.ts'

export interface Verdict {
  readonly ok: boolean
  readonly verifiedAt: string
  /** Entries that were looked at. */
  readonly entries: number
  readonly head: Link
  readonly anchors: { readonly count: number; readonly newest: { sequence: number; at: string } | null }
  /** Entries after the newest anchor: the chain alone vouches for these. */
  readonly unanchored: number
  readonly firstBadSequence: number | null
  readonly faults: readonly Fault[]
  readonly milliseconds: number
}

const AT_ONCE = 2_000

/** Every entry of every tenant in its order, from `from` on. */
export async function* wholeChain(database: Database<EventsSchema>, from = 1): AsyncGenerator<AuditRow[]> {
  for (let next = from; ; ) {
    const rows = await database.system(({ tx }) => entriesFrom(tx, next, AT_ONCE))
    if (rows.length > 0) yield rows
    if (rows.length < AT_ONCE) return
    next = (rows.at(-1)?.sequence ?? next) + 1
  }
}

/**
 * Follows the whole chain and holds it against the anchors. Nothing that the database computes is trusted: hashes and
 * links are made again here.
 * @param options.anchorEntries how many entries there may be before there is an anchor at all
 */
export async function verifyAudit(options: {
  database: Database<EventsSchema>
  files: NamedFiles
  keys: readonly PublicKey[]
  anchorEntries: number
}): Promise<Verdict> {
  const { database } = options
  const began = performance.now()
  // In this order: what is appended meanwhile is behind what anchors and head speak of.
  const anchors = await readAnchors(options.files, options.keys)
  const before = await database.system(({ tx }) => head(tx, { lock: false }))

  const check = chainCheck()
  const expected = new Map<number, string>()
  const found = new Map<number, string>([[0, GENESIS.hash]])
  for (const { anchor } of anchors) if (anchor) expected.set(anchor.sequence, anchor.hash)
  for await (const rows of wholeChain(database)) {
    for (const row of rows) {
      check.next(row)
      if (expected.has(row.sequence) || row.sequence === before.sequence) found.set(row.sequence, row.hash)
    }
  }
  const after = await database.system(({ tx }) => head(tx, { lock: false }))
  const end = check.result.head
  checkHead(check.fault, { before, after, end, hashOf: (sequence) => found.get(sequence) })
  const newest = checkAnchors(check.fault, anchors, end, (sequence) => found.get(sequence))
  if (anchors.length === 0 && end.sequence >= options.anchorEntries) {
    check.fault(
      'anchor_missing',
      1,
      'There is no anchor at all: whoever can write to the database can write the log anew.',
    )
  }

  const { entries, faults } = check.result
  return {
    ok: faults.length === 0,
    verifiedAt: new Date().toISOString(),
    entries,
    head: end,
    anchors: { count: anchors.length, newest: newest ? { sequence: newest.sequence, at: newest.at } : null },
    unanchored: Math.max(0, end.sequence - (newest?.sequence ?? 0)),
    firstBadSequence: faults.length > 0 ? Math.min(...faults.map(({ sequence }) => sequence)) : null,
    faults,
    milliseconds: Math.round(performance.now() - began),
  }
}

type Report = (kind: Fault['kind'], sequence: number, detail: string) => void
type HashOf = (sequence: number) => string | undefined

function checkHead(
  report: Report,
  { before, after, end, hashOf }: { before: Link; after: Link; end: Link; hashOf: HashOf },
): void {
  if (before.sequence > end.sequence) {
    const detail = `The log ends with entry ${end.sequence}; entry ${before.sequence} was the last one written.`
    report('tail_missing', end.sequence + 1, detail)
  } else if (hashOf(before.sequence) !== before.hash || after.sequence < end.sequence) {
    const detail = `The end of the chain is noted as entry ${after.sequence}, which is not so.`
    report('head_altered', Math.min(before.sequence, after.sequence) || 1, detail)
  }
}

/** @returns the newest anchor that was signed by us */
function checkAnchors(report: Report, files: readonly AnchorFile[], end: Link, hashOf: HashOf) {
  let good = 0
  let newest: AnchorFile['anchor']
  for (const [index, { name, anchor }] of files.entries()) {
    if (!anchor) {
      report('anchor_altered', good + 1, `The anchor ${name} does not carry our signature.`)
      continue
    }
    newest = anchor
    const { sequence, hash, at, previousAnchor } = anchor
    const previous = files[index - 1]
    if ((!previous || previous.anchor) && previousAnchor !== (previous?.hash ?? null)) {
      report('anchor_missing', good + 1, `An anchor before that of entry ${sequence} is not there.`)
    }
    if (sequence > end.sequence) {
      report(
        'tail_missing',
        end.sequence + 1,
        `Entry ${sequence} was anchored on ${at}; the log ends with ${end.sequence}.`,
      )
    } else if (hashOf(sequence) !== hash) {
      const detail = `Entries ${good + 1} to ${sequence} are not those that were anchored on ${at}.`
      report('chain_rewritten', good + 1, detail)
    } else {
      good = sequence
    }
  }
  return newest
}
