import { existsSync } from 'node:fs'
import { chmod, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { type Say, StepFailed } from '../console/steps.ts'
import { canInstall, install } from '../system/apt.ts'
import { run, which } from '../system/run.ts'
import { daprdVersion } from './version.ts'

/** True when `have` (as in `go version go1.26.8 linux/amd64`) is at least `need` (`1.26.5`). */
export function goIsEnough(have: string, need: string): boolean {
  const parts = (text: string): number[] =>
    (/(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? []).slice(1).map((part) => Number(part ?? 0))
  const [a = 0, b = 0, c = 0] = parts(have)
  const [x = 0, y = 0, z = 0] = parts(need)
  return a !== x ? a > x : b !== y ? b > y : c >= z
}

/**
 * A Go that can build daprd: PATH, /usr/local/go, else the toolchain that go.mod names, fetched through the
 * Go module proxy by any older Go (Debian's is enough for that and is installed when there is none).
 */
export async function ensureGo(checkout: Checkout, say: Say): Promise<string> {
  const module = await readFile(join(checkout.root, 'platform/tools/dapr/go.mod'), 'utf8')
  const needed = /^go (\S+)$/m.exec(module)?.[1] ?? '1.26.5'
  let some: string | undefined
  for (const go of [await which('go'), '/usr/local/go/bin/go', '/usr/lib/go/bin/go']) {
    if (!go || !existsSync(go)) continue
    const version = (await run(go, ['version'], { env: { GOTOOLCHAIN: 'local' } })).stdout
    if (goIsEnough(version.replace(/^go version /, ''), needed)) return go
    some = go
  }
  if (!some) {
    if (!(await canInstall())) {
      throw new StepFailed(
        `there is no Go to build daprd with`,
        `install Go ${needed} or newer, or build daprd ${daprdVersion} elsewhere and put it on PATH`,
      )
    }
    await install(['golang-go'], checkout.logs, say)
    some = await which('go')
    if (!some) throw new StepFailed('golang-go is installed, but there is no go command', 'go version')
  }
  return fetchToolchain(some, needed, checkout, say)
}

/** Go before 1.21 cannot switch toolchains itself, but a toolchain is a module and any Go downloads modules. */
async function fetchToolchain(go: string, version: string, checkout: Checkout, say: Say): Promise<string> {
  const { stdout } = await run(go, ['env', 'GOOS', 'GOARCH'])
  const [os = 'linux', arch = 'amd64'] = stdout.trim().split('\n')
  const toolchain = `golang.org/toolchain@v0.0.1-go${version}.${os}-${arch}`
  say(`fetching Go ${version} through the module proxy (this Go is too old)`)
  const env = { GO111MODULE: 'on', GOFLAGS: '-modcacherw' }
  const log = join(checkout.logs, 'daprd-build.log')
  const fetched = await run(go, ['mod', 'download', '-json', toolchain], { env, log, cwd: checkout.home })
  const folder = (JSON.parse(fetched.stdout || '{}') as { Dir?: string }).Dir
  if (fetched.code !== 0 || !folder) {
    throw new StepFailed(
      `the module proxy did not give ${toolchain} (log: ${log})`,
      `go mod download ${toolchain}`,
    )
  }
  // A module's files are not executable; Go's own switch does this, an old Go does not know to.
  for (const place of ['bin', `pkg/tool/${os}_${arch}`]) {
    const path = join(folder, place)
    if (!existsSync(path)) continue
    for (const file of await readdir(path)) await chmod(join(path, file), 0o755)
  }
  return join(folder, 'bin/go')
}
