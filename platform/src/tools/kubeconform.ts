import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { waitForClaim } from '../system/mutex.ts'
import { run, which } from '../system/run.ts'
import { ToolMissing } from './missing.ts'

const version = 'v0.7.0'

/**
 * Go as it is on this machine; none is installed for a check of manifests.
 * @throws {ToolMissing}
 */
export async function ensureGo(): Promise<string> {
  const usual = '/usr/local/go/bin/go'
  const found = (await which('go')) ?? (existsSync(usual) ? usual : undefined)
  if (!found) throw new ToolMissing('there is no Go to get them with', 'install Go and put it on PATH')
  return found
}

/**
 * kubeconform from PATH, else from the user's cache, else built into it once.
 * @throws {ToolMissing}
 */
export async function ensureKubeconform(cache: string, go: string): Promise<string> {
  const installed = await which('kubeconform')
  if (installed) return installed
  const folder = join(cache, `kubeconform-${version.slice(1)}`)
  const program = join(folder, 'kubeconform')
  if (existsSync(program)) return program
  const turn = await waitForClaim(`kubeconform-${version}`, () => undefined)
  try {
    if (existsSync(program)) return program
    await mkdir(folder, { recursive: true })
    const { code, stderr } = await run(
      go,
      ['install', `github.com/yannh/kubeconform/cmd/kubeconform@${version}`],
      {
        env: { GOBIN: folder, CGO_ENABLED: '0' },
        timeout: 600_000,
      },
    )
    if (code !== 0) throw new ToolMissing(`kubeconform could not be built: ${stderr.trim()}`, 'go version')
    return program
  } finally {
    turn.release()
  }
}
