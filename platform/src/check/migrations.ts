import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type RecordedMigration, recordMigrations } from '@alta/kit/database/statements'
import { z } from 'zod'
import { discoverServices } from '../services/discover.ts'
import { faultsOf, type Standing } from './migrations/judge.ts'
import { namesMade, statementsOf } from './migrations/statements.ts'
import { usesOf } from './migrations/uses.ts'
import { trackedFiles } from './tracked.ts'

/** What the last release brought to databases and reads there; written by `make release-contracts`, never by hand. */
const releaseFile = 'services/released-migrations.json'
const kit = 'services/shared/kit/src'

const releasedFolder = z.object({
  /** Hash of what each migration says. */
  migrations: z.record(z.string(), z.string()),
  uses: z.record(z.string(), z.record(z.string(), z.string())),
})
const release = z.record(z.string(), releasedFolder)
type ReleasedFolder = z.infer<typeof releasedFolder>

/** Migrations that change what is released already, or that the last release could not work with. */
export async function brokenMigrations(root: string): Promise<string[]> {
  if (!existsSync(join(root, releaseFile))) return [`${releaseFile} is missing: restore it from git`]
  const released = release.parse(JSON.parse(await readFile(join(root, releaseFile), 'utf8')))
  const folders = new Set([...(await foldersOf(root)), ...Object.keys(released)])
  const faults: string[] = []
  for (const folder of folders) {
    const before = released[folder] ?? { migrations: {}, uses: {} }
    faults.push(...faultsOfFolder(folder, before, await recordMigrations(urlOf(root, folder))))
  }
  return faults
}

function faultsOfFolder(
  folder: string,
  released: ReleasedFolder,
  now: readonly RecordedMigration[],
): string[] {
  const last = Object.keys(released.migrations).sort().at(-1) ?? ''
  const hashes = new Map(now.map((migration) => [migration.name, hashOf(migration)]))
  const kept = Object.entries(released.migrations).flatMap(([name, hash]) => {
    const file = `${folder}/${name}.ts`
    if (!hashes.has(name)) return [`${file} was removed; databases have it: restore it`]
    if (hashes.get(name) === hash) return []
    return [
      `${file} says something else since it was released; databases that have it would not hear of it: make a new one`,
    ]
  })
  const standing: Standing = {
    made: new Set(
      now.filter(({ name }) => name in released.migrations).flatMap((one) => namesMade(said(one))),
    ),
    uses: released.uses,
  }
  const added = now.filter(({ name }) => !(name in released.migrations))
  return [
    ...kept,
    ...added.flatMap((migration) => {
      const file = `${folder}/${migration.name}.ts`
      const order = migration.name > last ? [] : [`comes before ${last}, which is released: name it later`]
      const judged = said(migration).flatMap((text) => faultsOf(text, standing, migration.inTransaction))
      return [...order, ...judged].map((fault) => `${file} ${fault}`)
    }),
  ]
}

/** Notes the migrations of today as released, and what code names of their tables. Returns how many there are. */
export async function releaseMigrations(root: string): Promise<number> {
  const folders: Record<string, ReleasedFolder> = {}
  let count = 0
  for (const folder of await foldersOf(root)) {
    const recorded = await recordMigrations(urlOf(root, folder))
    count += recorded.length
    folders[folder] = {
      migrations: Object.fromEntries(recorded.map((migration) => [migration.name, hashOf(migration)])),
      uses: usesOf(
        recorded.flatMap((one) => namesMade(said(one))),
        await sourcesBeside(root, folder),
      ),
    }
  }
  await writeFile(join(root, releaseFile), `${JSON.stringify(folders, null, 2)}\n`)
  return count
}

async function foldersOf(root: string): Promise<string[]> {
  const services = (await discoverServices(root)).map((app) => `services/${app}/src`)
  return [kit, ...services].map((source) => `${source}/database/migrations`)
}

/** Code that may name what these migrations make: the service's and the kit's; of the kit's tables everybody's. */
async function sourcesBeside(root: string, folder: string): Promise<string[]> {
  const source = folder.replace('/database/migrations', '/')
  const places = source === `${kit}/` ? ['services/'] : [source, `${kit}/`]
  const files = (await trackedFiles(root, ['.ts'])).filter(
    (file) =>
      places.some((place) => file.startsWith(place)) &&
      !/\/migrations\/|\.(test|fixture)\.ts$|\/testing\//.test(file),
  )
  return Promise.all(files.map((file) => readFile(join(root, file), 'utf8')))
}

const said = ({ statements }: RecordedMigration): string[] =>
  statements.flatMap(({ sql }) => statementsOf(sql))

const hashOf = ({ statements, inTransaction }: RecordedMigration): string =>
  createHash('sha256')
    .update(JSON.stringify([inTransaction, statements]))
    .digest('hex')

const urlOf = (root: string, folder: string): URL => pathToFileURL(`${join(root, folder)}/`)
