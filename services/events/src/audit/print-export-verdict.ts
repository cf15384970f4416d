import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { PublicKey } from './signing-key.ts'
import { verifyExport } from './verify-export.ts'

/** @returns whether the export holds */
export async function printExportVerdict(file: string, keys: readonly PublicKey[]): Promise<boolean> {
  const lines = createInterface({
    input: createReadStream(file, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  })
  const { ok, entries, hidden, anchors, faults } = await verifyExport(lines, keys)
  const signed = keys.length > 0 ? `${anchors} anchors` : 'anchors not looked at: no key'
  console.log(`${entries} entries, ${hidden} of them only as links; ${signed}`)
  for (const { kind, sequence, detail } of faults) console.log(`✗ ${kind} at ${sequence}: ${detail}`)
  console.log(ok ? '✓ the export holds' : '✗ the export does not hold')
  return ok
}
