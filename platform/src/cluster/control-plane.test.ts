import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeCheckout } from '../checkout.ts'
import { readSettings } from '../settings.ts'
import { run } from '../system/run.ts'
import { cachedGoTools } from '../tools/go-tools.ts'
import { ensureKubectl } from '../tools/helm-and-kubectl.ts'
import { cache, root, toolFor } from '../tools/tools.fixture.ts'
import { startControlPlane, stopControlPlane } from './control-plane.ts'
import { daemonRuns } from './daemons.ts'
import { etcd, kubernetes } from './programs.ts'

const checkout = describeCheckout(root, readSettings(root))
const tools = await toolFor('a control plane of Kubernetes', async () => ({
  programs: { ...(await cachedGoTools(checkout, kubernetes)), ...(await cachedGoTools(checkout, etcd)) },
  kubectl: await ensureKubectl(cache),
}))
const parts = ['etcd', 'kube-apiserver', 'kube-controller-manager']

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alta-control-plane-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const running = async (name: string): Promise<boolean[]> =>
  Promise.all(parts.map((part) => daemonRuns(join(folder, name), part)))

describe.skipIf(!tools)('a control plane', { timeout: 300_000 }, () => {
  const start = (name: string) => {
    if (!tools) throw new Error('there are no programs, and this should have been skipped')
    return startControlPlane({ folder: join(folder, name), programs: tools.programs, outlives: false })
  }
  const kubectl = async (kubeconfig: string, ...args: string[]) => {
    const { stdout, stderr } = await run(tools?.kubectl ?? '', [
      ...['--kubeconfig', kubeconfig, '--cache-dir', join(folder, 'kubectl')],
      ...args,
    ])
    return stdout + stderr
  }

  it('runs beside another one, each with its own objects, until its folder’s are stopped', async () => {
    const [one, two] = await Promise.all([start('one'), start('two')])
    try {
      expect(one.address).not.toBe(two.address)
      await kubectl(one.kubeconfig, 'create', 'namespace', 'only-here')
      expect(await kubectl(one.kubeconfig, 'get', 'namespaces')).toContain('only-here')
      expect(await kubectl(two.kubeconfig, 'get', 'namespaces')).not.toContain('only-here')
      // By the folder alone, as a later command does it.
      await stopControlPlane(join(folder, 'one'))
      expect(await running('one')).toEqual([false, false, false])
      expect(await running('two')).toEqual([true, true, true])
    } finally {
      await Promise.all([one.stop(), two.stop()])
    }
    expect(await running('two')).toEqual([false, false, false])
  })

  it('lets nobody in without its token, and keeps its data over a restart', async () => {
    const first = await start('one')
    await kubectl(first.kubeconfig, 'create', 'namespace', 'still-here')
    await first.stop()
    const second = await start('one')
    try {
      expect(await kubectl(second.kubeconfig, 'get', 'namespaces')).toContain('still-here')
      const token = /token: (\S+)/.exec(await readFile(second.kubeconfig, 'utf8'))?.[1]
      expect(token).toMatch(/^[0-9a-f]{48}$/)
      expect(await kubectl(second.kubeconfig, '--token', 'another', 'get', 'namespaces')).toContain(
        'Unauthorized',
      )
    } finally {
      await second.stop()
    }
  })

  it('a program that ends is told by its name, and nothing is left running', async () => {
    const programs = { ...tools?.programs, etcd: '/bin/false' }
    const started = startControlPlane({
      folder: join(folder, 'one'),
      programs: programs as NonNullable<typeof tools>['programs'],
      outlives: false,
    })
    await expect(started).rejects.toThrow(/etcd (ended|did not start)/)
    expect(await running('one')).toEqual([false, false, false])
  })
})
