// Verifies the audit log straight on the database with its anchors, as `make verify-audit` does and as
// `kubectl exec deploy/events -- node src/audit/verify.main.ts` would; with the name of a file, that export of it.
// Ends with 1 when it does not hold.
import { connect } from '@alta/kit/database/database'
import { openNamedFiles } from '@alta/kit/storage/named-files'
import { config } from '../config.ts'
import type { EventsSchema } from '../database/schema.ts'
import { ANCHORS, auditLog } from './audit-log.ts'
import { printExportVerdict } from './print-export-verdict.ts'

const database = connect<EventsSchema>('events', config)
const audit = auditLog(database, openNamedFiles(config, ANCHORS), config)
const [file] = process.argv.slice(2)
const holds = file === undefined ? await printVerdict() : await printExportVerdict(file, audit.keys)
await database.close()
process.exitCode = holds ? 0 : 1

async function printVerdict(): Promise<boolean> {
  const { ok, entries, head, anchors, unanchored, firstBadSequence, faults, milliseconds } =
    await audit.verify()
  const { count, newest } = anchors
  console.log(
    `${entries} entries in ${(milliseconds / 1_000).toFixed(1)} s; the last is ${head.sequence}, ${head.hash}`,
  )
  console.log(
    newest
      ? `${count} anchors, the newest of entry ${newest.sequence} on ${newest.at}; ${unanchored} entries after it`
      : 'no anchor yet: only the chain itself could be followed',
  )
  for (const { kind, sequence, detail } of faults) console.log(`✗ ${kind} at ${sequence}: ${detail}`)
  console.log(
    ok ? '✓ the audit log holds' : `✗ the audit log does not hold from entry ${firstBadSequence} on`,
  )
  return ok
}
