import type { Database } from '@alta/kit/database/database'
import type { NamedFiles } from '@alta/kit/storage/named-files'
import { log } from '@alta/kit/telemetry/log'
import { registry } from '@alta/kit/telemetry/metrics'
import { Gauge } from 'prom-client'
import type { EventsSchema } from '../database/schema.ts'
import { type Anchor, newestAnchor, writeAnchor } from './anchor.ts'
import { head, lockAnchoring } from './audit.repository.ts'
import { chainCheck, GENESIS, type Link } from './chain.ts'
import type { PublicKey, Signer } from './signing-key.ts'
import { wholeChain } from './verify.ts'

const broken = new Gauge({
  name: 'alta_audit_chain_broken',
  help: '1: the entries since the newest anchor do not hold, and none is written any more',
  registers: [registry],
})

export interface AnchoringOptions {
  database: Database<EventsSchema>
  files: NamedFiles
  signer: Signer
  keys: readonly PublicKey[]
  /** An anchor is due when this many seconds have passed since the last one and there is anything new, */
  everySeconds: number
  /** or as soon as there are so many new entries. */
  everyEntries: number
  clock?: () => Date
}

/**
 * The job that anchors the chain: looks whether an anchor is due and writes it. What it signs it has verified from the
 * anchor before on, so that no signature ever vouches for entries that were changed since.
 * @throws {Error} when they do not hold
 */
export function anchoring(options: AnchoringOptions): () => Promise<void> {
  const { database, files, signer, keys, clock = () => new Date() } = options
  let known: Anchor | undefined

  /** At once where the log ends before the anchor: it was cut off, and that is to be found and told. */
  const isDue = ({ sequence }: Link): boolean => {
    const news = sequence - (known?.sequence ?? 0)
    if (news <= 0 || known === undefined) return news !== 0
    return (
      news >= options.everyEntries || clock().getTime() - Date.parse(known.at) >= options.everySeconds * 1_000
    )
  }

  return async () => {
    if (!isDue(await database.system(({ tx }) => head(tx, { lock: false })))) return
    const previous = await newestAnchor(files, keys)
    if (previous && !previous.anchor) {
      broken.set(1)
      throw new Error(`the anchor ${previous.name} does not carry our signature`)
    }
    known = previous?.anchor
    const end = await database.system(({ tx }) => head(tx, { lock: false }))
    if (!isDue(end)) {
      // Another replica has verified up to its anchor, whatever this one had found before.
      broken.set(0)
      return
    }
    // Before the transaction: after a long time without anchors there is much to follow.
    await holds(database, known, end)
    const name = await database.system(async ({ tx }) => {
      // Two at once would both name the same anchor as the one before theirs.
      if (!(await lockAnchoring(tx))) return undefined
      if ((await newestAnchor(files, keys))?.name !== previous?.name) return undefined
      return writeAnchor(files, signer, end, { at: clock(), previous })
    })
    if (name === undefined) return
    known = (await newestAnchor(files, keys))?.anchor
    // Also a copy of the anchor at a third place: logs are collected outside of database and file storage.
    log.info({ ...end, name }, 'anchored the audit log')
  }
}

/** @throws {Error} when the entries from the anchored one to the end are not one chain */
async function holds(database: Database<EventsSchema>, anchor: Anchor | undefined, end: Link): Promise<void> {
  const check = chainCheck(anchor)
  let start = anchor ? undefined : GENESIS.hash
  let last: Link = { ...GENESIS }
  read: for await (const rows of wholeChain(database, anchor?.sequence ?? 1)) {
    for (const row of rows) {
      if (row.sequence > end.sequence) break read
      if (row.sequence === anchor?.sequence) start = row.hash
      else check.next(row)
      last = row
    }
  }
  const { faults } = check.result
  const isWhole =
    start === (anchor?.hash ?? GENESIS.hash) && last.sequence === end.sequence && last.hash === end.hash
  const isBroken = faults.length > 0 || !isWhole
  broken.set(isBroken ? 1 : 0)
  if (isBroken) {
    log.error({ faults, anchor, end }, 'the audit log does not hold: verify it')
    throw new Error('the audit log does not hold; no anchor is written')
  }
}
