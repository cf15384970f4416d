import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startControlPlane } from '../../cluster/control-plane.ts'
import { StepFailed } from '../../console/steps.ts'
import { until } from '../../system/network.ts'
import { expectDone, type Judge, kubectl } from './judge.ts'
import { dataWithEveryKind, type KindsOptions } from './kinds.ts'

export interface Gate extends Judge {
  close(): Promise<void>
}

export interface GateOptions extends KindsOptions {
  /** With their labels, pod security's among them. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>
}

/**
 * An API server that knows every kind that is applied, and the namespaces that it is applied to. It lies in a folder of
 * its own and ends with this process.
 * @throws {ToolMissing} when a module with definitions cannot be fetched
 */
export async function openGate(options: GateOptions): Promise<Gate> {
  const data = await dataWithEveryKind(options)
  const folder = await mkdtemp(join(tmpdir(), 'alta-gate-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    await cp(data, join(folder, 'etcd'), { recursive: true })
    // Pods need a service account; nothing else that controllers make is looked at.
    const controllers = ['serviceaccount-controller']
    const plane = await startControlPlane({
      folder,
      programs: options.programs,
      controllers,
      outlives: false,
    })
    const { kubeconfig } = plane
    const judge: Judge = { kubectl: options.kubectl, kubeconfig, cache: join(folder, 'kubectl') }
    const close = () => plane.stop().finally(remove)
    try {
      await makeNamespaces(judge, options.namespaces)
    } catch (error) {
      await plane.stop()
      throw error
    }
    return { ...judge, close }
  } catch (error) {
    await remove()
    throw error
  }
}

async function makeNamespaces(judge: Judge, namespaces: GateOptions['namespaces']): Promise<void> {
  const objects = [...namespaces].map(([name, labels]) =>
    JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }),
  )
  await expectDone(judge, ['apply', '--server-side', '-f', '-'], objects.join('\n---\n'))
  for (const namespace of namespaces.keys()) {
    const of = ['--cluster', 'alta', '--user', 'alta', '--namespace', namespace]
    await expectDone(judge, ['config', 'set-context', namespace, ...of])
  }
  const hasAccounts = async () => {
    const { stdout } = await kubectl(judge, [
      'get',
      'serviceaccounts',
      '--all-namespaces',
      '--output',
      'json',
    ])
    return [...namespaces.keys()].every((one) => stdout.includes(`"namespace": "${one}"`))
  }
  if (!(await until(hasAccounts, 60_000)))
    throw new StepFailed('the controller manager makes no service accounts', 'run it again')
}
