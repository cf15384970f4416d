import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ControlPlaneOptions, startControlPlane } from '../../cluster/control-plane.ts'
import { StepFailed } from '../../console/steps.ts'
import { until } from '../../system/network.ts'
import { definitionFiles, definitionsModules } from '../definitions/modules.ts'
import { type Judge, kubectl } from './judge.ts'

export interface Gate extends Judge {
  close(): Promise<void>
}

export interface GateOptions {
  readonly programs: ControlPlaneOptions['programs']
  readonly kubectl: string
  /** Path of Go, which has the modules with the definitions. */
  readonly go: string
  /** With their labels, pod security's among them. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>
}

/**
 * An API server that knows every kind that is applied, and the namespaces that it is applied to. It lies in a folder of
 * its own and ends with this process.
 * @throws {ToolMissing} when a module with definitions cannot be fetched
 */
export async function openGate({ programs, kubectl: program, go, namespaces }: GateOptions): Promise<Gate> {
  const folder = await mkdtemp(join(tmpdir(), 'alta-gate-'))
  const close = () => rm(folder, { recursive: true, force: true })
  try {
    const files = await Promise.all(definitionsModules.map((module) => definitionFiles(go, module)))
    // Pods need a service account; nothing else that controllers make is looked at.
    const controllers = ['serviceaccount-controller']
    const plane = await startControlPlane({ folder, programs, controllers, outlives: false })
    const gate: Gate = {
      kubectl: program,
      kubeconfig: plane.kubeconfig,
      cache: join(folder, 'kubectl'),
      close: async () => {
        await plane.stop()
        await close()
      },
    }
    try {
      await define(gate, files)
      await makeNamespaces(gate, namespaces)
    } catch (error) {
      await gate.close()
      throw error
    }
    return gate
  } catch (error) {
    await close()
    throw error
  }
}

/** Modules at the same time: with each kind the API server writes its description of all of them anew. */
async function define(gate: Gate, modules: readonly (readonly string[])[]): Promise<void> {
  await Promise.all(
    modules.map((files) =>
      expectDone(gate, ['apply', '--server-side', ...files.flatMap((file) => ['-f', file])]),
    ),
  )
  const established = ['wait', 'crd', '--all', '--for=condition=Established', '--timeout=30s']
  if (!(await until(async () => (await kubectl(gate, established)).code === 0, 300_000)))
    throw new StepFailed('the API server does not take up all kinds', 'run it again on an idle machine')
}

async function makeNamespaces(gate: Gate, namespaces: GateOptions['namespaces']): Promise<void> {
  const objects = [...namespaces].map(([name, labels]) =>
    JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }),
  )
  await expectDone(gate, ['apply', '--server-side', '-f', '-'], objects.join('\n---\n'))
  for (const namespace of namespaces.keys()) {
    const of = ['--cluster', 'alta', '--user', 'alta', '--namespace', namespace]
    await expectDone(gate, ['config', 'set-context', namespace, ...of])
  }
  const hasAccounts = async () => {
    const { stdout } = await kubectl(gate, ['get', 'serviceaccounts', '--all-namespaces', '--output', 'name'])
    return stdout.split('\n').filter((line) => line.endsWith('/default')).length > namespaces.size
  }
  if (!(await until(hasAccounts, 60_000)))
    throw new StepFailed('the controller manager makes no service accounts', 'run it again')
}

async function expectDone(gate: Gate, args: readonly string[], input?: string): Promise<void> {
  const { code, stderr } = await kubectl(gate, args, input === undefined ? {} : { input })
  if (code !== 0) throw new StepFailed(`kubectl ${args[0]}: ${stderr.trim()}`, 'run it again')
}
