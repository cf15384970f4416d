import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { type Say, StepFailed } from '../console/steps.ts'
import { ensureGo } from '../daprd/go.ts'
import { waitForClaim } from '../system/mutex.ts'
import { run } from '../system/run.ts'
import { ToolMissing } from './missing.ts'

/**
 * Programs that are built together from one Go module of `platform/tools/<name>`, whose go.mod and go.sum are committed:
 * no release of them can be fetched as a binary everywhere, and a module is taken by its checksum. Where a program's own
 * `main` is in no module, one of ours is there.
 */
export interface GoTools<Program extends string = string> {
  /** Folder of the module below platform/tools. */
  readonly name: string
  readonly version: string
  /** Go package of each program. */
  readonly packages: Readonly<Record<Program, string>>
  /** Said to the linker as `-X name=value`. */
  readonly variables?: Readonly<Record<string, string>>
  /** On two cores with nothing cached, as people are told. */
  readonly minutes: string
}

export type Programs<Program extends string> = Readonly<Record<Program, string>>

/**
 * Paths of the programs, when the user's cache has them.
 * @throws {ToolMissing} naming the command that builds them
 */
export async function cachedGoTools<Program extends string>(
  { root, settings }: Checkout,
  tools: GoTools<Program>,
): Promise<Programs<Program>> {
  const programs = pathsIn(await folderOf(root, settings.cache, tools), tools)
  if (areThere(programs)) return programs
  throw new ToolMissing(`${tools.name} ${tools.version} is not in ${settings.cache}`, 'make check-cluster')
}

/**
 * Paths of the programs: from the user's cache, else built into it, once for all checkouts.
 * @throws {StepFailed} when they cannot be built
 */
export async function ensureGoTools<Program extends string>(
  checkout: Checkout,
  tools: GoTools<Program>,
  say: Say,
): Promise<Programs<Program>> {
  const folder = await folderOf(checkout.root, checkout.settings.cache, tools)
  const programs = pathsIn(folder, tools)
  const named = `${tools.name} ${tools.version}`
  if (areThere(programs)) {
    say(`${named} in ${folder}`)
    return programs
  }
  const turn = await waitForClaim(`build-${basename(folder)}`, () =>
    say(`another checkout is building ${named}; waiting for it`),
  )
  try {
    if (!areThere(programs)) await build(checkout, tools, folder, say)
    return programs
  } finally {
    turn.release()
  }
}

/** Everything that decides on what is built is in the name of the folder. */
async function folderOf(root: string, cache: string, tools: GoTools): Promise<string> {
  const hash = createHash('sha256')
  const folder = join(root, 'platform/tools', tools.name)
  const sources = (await readdir(folder)).filter((file) => /\.(mod|sum|go)$/.test(file)).sort()
  for (const file of sources) hash.update(await readFile(join(folder, file)))
  hash.update(linkerFlags(tools))
  return join(cache, `${tools.name}-${tools.version}-${hash.digest('hex').slice(0, 12)}`)
}

const pathsIn = <Program extends string>(
  folder: string,
  { packages }: GoTools<Program>,
): Programs<Program> => {
  const names = Object.keys(packages) as Program[]
  return Object.fromEntries(names.map((name) => [name, join(folder, name)])) as Programs<Program>
}

const areThere = (programs: Programs<string>): boolean => Object.values(programs).every(existsSync)

const linkerFlags = ({ variables = {} }: GoTools): string =>
  ['-s', '-w', ...Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`)].join(' ')

async function build(checkout: Checkout, tools: GoTools, folder: string, say: Say): Promise<void> {
  const cwd = join(checkout.root, 'platform/tools', tools.name)
  const go = await ensureGo(checkout, say)
  const log = join(checkout.logs, `${tools.name}-build.log`)
  say(`building ${tools.name} ${tools.version} from Go modules: once per user, ${tools.minutes} minutes`)
  const began = Date.now()
  const seconds = () => Math.round((Date.now() - began) / 1000)
  const life = setInterval(() => say(`still building ${tools.name}, ${seconds()} s`), 50_000)
  const unfinished = `${folder}.${process.pid}`
  await mkdir(unfinished, { recursive: true })
  try {
    for (const [program, path] of Object.entries(tools.packages)) {
      // Go would name a program after the last element of its path, which may be a version.
      const args = [
        'build',
        '-buildvcs=false',
        '-ldflags',
        linkerFlags(tools),
        '-o',
        join(unfinished, program),
      ]
      const env = { CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly' }
      const { code, stderr } = await run(go, [...args, path], { cwd, env, log })
      if (code === 0) continue
      const last = stderr.trim().split('\n').slice(-3).join(' ')
      throw new StepFailed(`${program} could not be built: ${last} (log: ${log})`, 'run it again')
    }
    await rename(unfinished, folder)
  } finally {
    clearInterval(life)
    await rm(unfinished, { recursive: true, force: true })
  }
  say(`built in ${seconds()} s`)
}
