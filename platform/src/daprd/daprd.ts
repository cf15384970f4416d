import { existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { type Say, StepFailed } from '../console/steps.ts'
import { waitForClaim } from '../system/mutex.ts'
import { run, which } from '../system/run.ts'
import { ensureGo } from './go.ts'
import { daprdVersion } from './version.ts'

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

async function build(checkout: Checkout, destination: string, say: Say): Promise<string> {
  const go = await ensureGo(checkout, say)
  const folder = join(destination, '..')
  const unfinished = `${destination}.${process.pid}`
  await mkdir(folder, { recursive: true })
  say(`building ${daprdVersion} from Go modules into ${folder}: once per user, 5 to 15 minutes`)
  const began = Date.now()
  const life = setInterval(
    () => say(`still building, ${Math.round((Date.now() - began) / 60_000)} min`),
    60_000,
  )
  const log = join(checkout.logs, 'daprd-build.log')
  const names = ['github.com/dapr/dapr/pkg/buildinfo.version', 'github.com/dapr/kit/logger.DaprVersion']
  const flags = ['-s', '-w', ...names.map((name) => `-X ${name}=${daprdVersion}`)].join(' ')
  // allcomponents: only this set has the SQLite name resolution. -buildvcs: a fresh clone may belong to another user.
  const args = ['build', '-buildvcs=false', '-tags', 'allcomponents', '-ldflags', flags, '-o', unfinished]
  try {
    const result = await run(go, [...args, 'github.com/dapr/dapr/cmd/daprd'], {
      cwd: join(checkout.root, 'platform/tools'),
      env: { CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly' },
      log,
    })
    if (result.code !== 0) {
      const last = result.stderr.trim().split('\n').slice(-3).join(' ')
      throw new StepFailed(
        `go build failed: ${last} (log: ${log})`,
        'run make up again; the modules fetched so far are kept',
      )
    }
    await rename(unfinished, destination)
  } finally {
    clearInterval(life)
  }
  say(`built in ${Math.round((Date.now() - began) / 1000)} s`)
  return destination
}
