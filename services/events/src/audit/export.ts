import { Readable } from 'node:stream'
import type { Database } from '@alta/kit/database/database'
import type { NamedFiles } from '@alta/kit/storage/named-files'
import { stringify } from 'csv-stringify/sync'
import type { EventsSchema } from '../database/schema.ts'
import { readAnchors } from './anchor.ts'
import { type AuditFilter, chainBetween, type ExportRow, rangeOf } from './audit.repository.ts'
import { type ChainedEntry, chainedEntry } from './chain.ts'
import type { PublicKey } from './signing-key.ts'

const AT_ONCE = 1_000

export interface ExportOptions {
  database: Database<EventsSchema>
  files: NamedFiles
  keys: readonly PublicKey[]
  tenantId: string
  filter: AuditFilter
}

/**
 * One JSON value a line: `{ sequence, previousHash, hash, entry }` for each entry between the first and the last that
 * match, and `{ anchor }` for each anchor of one of them. `entry` is null where it does not match or is another
 * tenant's; its links are there all the same, so that the reader can see that nothing was left out.
 */
export function exportNdjson(options: ExportOptions): Readable {
  return Readable.from(
    (async function* () {
      let first: number | undefined
      let last = 0
      for await (const rows of parts(options)) {
        first ??= rows[0]?.sequence
        last = rows.at(-1)?.sequence ?? last
        yield rows.map(lineOf).join('')
      }
      for (const { anchor } of first === undefined ? [] : await readAnchors(options.files, options.keys)) {
        if (anchor && anchor.sequence >= (first ?? 0) && anchor.sequence <= last)
          yield `${JSON.stringify({ anchor })}\n`
      }
    })(),
  )
}

// The canonical text goes out as it is stored: it is JSON.
const lineOf = ({ sequence, previousHash, hash, text }: ExportRow): string =>
  `{"sequence":${sequence},"previousHash":"${previousHash}","hash":"${hash}","entry":${text}}\n`

const columns = [
  ...[
    'sequence',
    'at',
    'service',
    'actor',
    'roles',
    'action',
    'summary',
    'outcome',
    'code',
    'count',
    'resources',
  ],
  ...['address', 'userAgent', 'requestId', 'entryId', 'previousHash', 'hash', 'entry'],
]

/** The same as a table for a spreadsheet; the last column is what is hashed. */
export function exportCsv(options: ExportOptions): Readable {
  return Readable.from(
    (async function* () {
      yield stringify([columns])
      // A cell that begins like a formula would be run by the reader's spreadsheet.
      for await (const rows of parts(options)) yield stringify(rows.map(cellsOf), { escape_formulas: true })
    })(),
  )
}

function cellsOf({ sequence, previousHash, hash, text }: ExportRow): (string | number | null)[] {
  if (text === null) return [sequence, ...Array(14).fill(null), previousHash, hash, null]
  const entry: ChainedEntry = chainedEntry.parse(JSON.parse(text))
  return [
    ...[sequence, entry.at, entry.service, entry.actor?.userId ?? null, entry.actor?.roles.join(' ') ?? null],
    ...[entry.action, entry.summary, entry.outcome, entry.code, entry.count],
    entry.resources.map(({ name, id }) => `${name}=${id}`).join(' '),
    ...[entry.address, entry.userAgent, entry.requestId, entry.entryId, previousHash, hash, text],
  ]
}

/** Each part in a transaction of its own: entries never change, and a slow reader must not hold one open. */
async function* parts({ database, tenantId, filter }: ExportOptions): AsyncGenerator<ExportRow[]> {
  const range = await database.system(({ tx }) => rangeOf(tx, tenantId, filter))
  if (!range) return
  for (let first = range.first; first <= range.last; ) {
    const part = { first, last: range.last, limit: AT_ONCE }
    const rows = await database.system(({ tx }) => chainBetween(tx, tenantId, filter, part))
    if (rows.length === 0) return
    yield rows
    first = (rows.at(-1)?.sequence ?? range.last) + 1
  }
}
