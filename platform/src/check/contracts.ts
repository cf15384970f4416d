import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type FullContract, readContracts } from '../generate/contracts.ts'
import { incompatibilities, type Schema } from './compatibility.ts'

/** Schemas of every event as the last release promised them; written by `make release-contracts` and never by hand. */
const releaseFile = 'services/shared/contracts/src/generated/released.json'

const release = z.record(z.string(), z.record(z.string(), z.unknown()))

const schemaOf = ({ contract }: FullContract): Schema => z.toJSONSchema(contract.schema, { io: 'input' })

/** Contracts that break what the last release promised, each with file, line and reason. */
export async function brokenContracts(root: string): Promise<string[]> {
  // Without it nothing would be promised any more, and nobody would notice.
  if (!existsSync(join(root, releaseFile))) return [`${releaseFile} is missing: restore it from git`]
  const released = release.parse(JSON.parse(await readFile(join(root, releaseFile), 'utf8')))
  const contracts = await readContracts(root)
  const broken: string[] = []
  for (const [topic, schema] of Object.entries(released)) {
    const current = contracts.find(({ contract }) => contract.topic === topic)
    if (!current) {
      broken.push(`${topic} was removed; events of it are stored and services of the last release handle it`)
      continue
    }
    const file = `services/shared/contracts/src/events/${current.module}.ts`
    const lines = (await readFile(join(root, file), 'utf8')).split('\n')
    for (const { path, reason } of incompatibilities(schema, schemaOf(current))) {
      broken.push(`${file}:${lineOf(lines, path)} ${path} ${reason}; make it ${nextVersion(topic)}`)
    }
  }
  return broken
}

/** Where the field is declared; where the schema begins for one that is gone or declared in another file. */
function lineOf(lines: readonly string[], path: string): number {
  const name = path
    .split('.')
    .at(-1)
    ?.replace(/[^A-Za-z0-9_$].*$/, '')
  const declared = lines.findIndex((line) => new RegExp(`^\\s*${name}\\s*[:,]`).test(line))
  return (declared >= 0 ? declared : lines.findIndex((line) => /^\s*schema\s*:/.test(line))) + 1
}

const nextVersion = (topic: string): string => topic.replace(/\d+$/, (version) => String(Number(version) + 1))

/** Notes the contracts of today as what is promised from now on. Returns how many there are. */
export async function releaseContracts(root: string): Promise<number> {
  const contracts = await readContracts(root)
  const schemas = Object.fromEntries(contracts.map((one) => [one.contract.topic, schemaOf(one)]))
  await writeFile(join(root, releaseFile), `${JSON.stringify(schemas, null, 2)}\n`)
  return contracts.length
}
