// Verifies an NDJSON export of the audit log, wherever it has got to: `node verify-export.main.ts FILE [KEY]`.
// KEY is `x` of GET /api/v1/audit/keys, which should have come another way than the file.
import { printExportVerdict } from './print-export-verdict.ts'
import { publicKeyOf } from './signing-key.ts'

const [file, key] = process.argv.slice(2)
if (!file) throw new Error('which file? node verify-export.main.ts FILE [KEY]')
process.exitCode = (await printExportVerdict(file, key ? [publicKeyOf(key)] : [])) ? 0 : 1
