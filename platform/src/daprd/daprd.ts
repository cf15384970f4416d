import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { type Say, StepFailed } from '../console/steps.ts'
import { waitForClaim } from '../system/mutex.ts'
import { run, which } from '../system/run.ts'
import { ensureGo } from './go.ts'
import { daprdVersion, daprRelease } from './version.ts'

/** Path of daprd: PATH, the Dapr CLI's folder, the cache, else built once into the cache. */
export async function ensureDaprd(checkout: Checkout, say: Say): Promise<string> {
  const cached = join(checkout.settings.cache, `daprd-${daprdVersion}/daprd`)
  const found = await findDaprd([await which('daprd'), join(homedir(), '.dapr/bin/daprd'), cached], say)
  if (found) return found
  const turn = await waitForClaim('daprd-build', () =>
    say('another checkout is building daprd; waiting for it'),
  )
  try {
    return (await findDaprd([cached], say)) ?? (await build(checkout, cached, say))
  } finally {
    turn.release()
  }
}

async function findDaprd(places: readonly (string | undefined)[], say: Say): Promise<string | undefined> {
  for (const place of places) {
    if (!place || !existsSync(place)) continue
    const version = (await run(place, ['--version'])).stdout.trim()
    if (version === daprdVersion) {
      say(`${daprdVersion} at ${place}`)
      return place
    }
    say(`${place} is ${version || 'broken'}, not ${daprdVersion}: not used`)
  }
  return undefined
}

/** What `go build -v` has written: the packages, each named as its turn comes, and everything else. */
export function splitBuildLog(text: string): { packages: string[]; others: string[] } {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const isPackage = (line: string): boolean => /^[\w.~/-]+$/.test(line)
  return { packages: lines.filter(isPackage), others: lines.filter((line) => !isPackage(line)) }
}

async function build(checkout: Checkout, destination: string, say: Say): Promise<string> {
  const go = await ensureGo(checkout, say)
  const folder = join(destination, '..')
  const unfinished = `${destination}.${process.pid}`
  await mkdir(folder, { recursive: true })
  say(`building ${daprdVersion} from Go modules into ${folder}: once per user, 5 to 15 minutes`)
  const began = Date.now()
  const log = join(checkout.logs, 'daprd-build.log')
  const life = setInterval(async () => {
    const { size } = new Set(splitBuildLog(await readFile(log, 'utf8').catch(() => '')).packages)
    const minutes = Math.round((Date.now() - began) / 60_000)
    say(`still building, ${minutes} min, ${size > 0 ? `${size} of about 2900 packages` : 'fetching modules'}`)
  }, 60_000)
  const names = ['github.com/dapr/dapr/pkg/buildinfo.version', 'github.com/dapr/kit/logger.DaprVersion']
  const flags = ['-s', '-w', ...names.map((name) => `-X ${name}=${daprdVersion}`)].join(' ')
  const source = await mkdtemp(join(folder, 'source-'))
  try {
    const modfile = await patchedSource(checkout, go, source, log)
    // allcomponents: only this set has the SQLite name resolution. -buildvcs: a fresh clone may belong to another user.
    const args = [
      'build',
      '-v',
      '-buildvcs=false',
      '-tags',
      'allcomponents',
      '-ldflags',
      flags,
      '-o',
      unfinished,
    ]
    const result = await run(go, [...args, `-modfile=${modfile}`, 'github.com/dapr/dapr/cmd/daprd'], {
      cwd: join(checkout.root, tools),
      env: goEnvironment,
      log,
    })
    if (result.code !== 0) throw buildFailed('go build', result.stderr, log)
    await rename(unfinished, destination)
  } finally {
    clearInterval(life)
    await rm(source, { recursive: true, force: true })
  }
  say(`built in ${Math.round((Date.now() - began) / 1000)} s`)
  return destination
}

const tools = 'platform/tools/dapr'
const goEnvironment = { CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly' }

const buildFailed = (what: string, output: string, log: string): StepFailed =>
  new StepFailed(
    `${what} failed: ${splitBuildLog(output).others.slice(-3).join(' ')} (log: ${log})`,
    'run make up again; the modules fetched so far are kept',
  )

/**
 * Dapr's own module with our patches, in a folder of this build: Go lets nobody change its cache of modules.
 * @returns the go.mod that names it
 */
async function patchedSource(checkout: Checkout, go: string, folder: string, log: string): Promise<string> {
  const cwd = join(checkout.root, tools)
  const module = `github.com/dapr/dapr@v${daprRelease}`
  const fetched = await run(go, ['mod', 'download', '-json', module], { cwd, env: goEnvironment, log })
  const origin = (JSON.parse(fetched.stdout || '{}') as { Dir?: string }).Dir
  if (fetched.code !== 0 || !origin) throw buildFailed(`fetching ${module}`, fetched.stderr, log)
  const source = join(folder, 'dapr')
  await cp(origin, source, { recursive: true })
  // A module in the cache is read-only, and so is its copy.
  await run('chmod', ['-R', 'u+w', source])
  const patches = join(cwd, 'patches')
  for (const name of (await readdir(patches)).sort()) {
    // In a repository, such as a home that is one, it would look for the files from its root.
    const env = { GIT_CEILING_DIRECTORIES: folder }
    const applied = await run('git', ['apply', '--verbose', join(patches, name)], { cwd: source, env, log })
    if (applied.code !== 0) throw buildFailed(`the patch ${name}`, applied.stderr, log)
  }
  const modfile = join(folder, 'go.mod')
  const own = await readFile(join(cwd, 'go.mod'), 'utf8')
  await writeFile(modfile, `${own}\nreplace github.com/dapr/dapr => ${source}\n`)
  await cp(join(cwd, 'go.sum'), join(folder, 'go.sum'))
  return modfile
}
