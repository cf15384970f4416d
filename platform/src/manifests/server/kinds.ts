import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type ControlPlaneOptions, startControlPlane } from '../../cluster/control-plane.ts'
import { StepFailed } from '../../console/steps.ts'
import { waitForClaim } from '../../system/mutex.ts'
import { until } from '../../system/network.ts'
import { definitionFiles, definitionsModules } from '../definitions/modules.ts'
import { expectDone, type Judge, kubectl } from './judge.ts'

export interface KindsOptions {
  readonly programs: ControlPlaneOptions['programs']
  readonly kubectl: string
  /** Path of Go, which has the modules with the definitions. */
  readonly go: string
  /** The user's. */
  readonly cache: string
}

/**
 * etcd's data with every kind that is defined somewhere, taken up by the API server; made once per list of modules. It
 * takes the API server 40 s of a processor to take them up one after the other, and 12 to find them there.
 * @returns its folder, to be copied
 * @throws {ToolMissing} when a module with definitions cannot be fetched
 */
export async function dataWithEveryKind({ programs, cache, go, ...options }: KindsOptions): Promise<string> {
  const made = [dirname(programs['kube-apiserver']), dirname(programs.etcd)].map((path) => basename(path))
  const code = createHash('sha256')
    .update(JSON.stringify([definitionsModules, made]))
    .digest('hex')
    .slice(0, 12)
  const name = `kinds-${code}`
  const folder = join(cache, name)
  const turn = await waitForClaim(name, () => undefined)
  try {
    if (existsSync(folder)) return folder
    const modules = await Promise.all(definitionsModules.map((module) => definitionFiles(go, module)))
    const unfinished = `${folder}.${process.pid}`
    // No controller has a part in it.
    const plane = await startControlPlane({ folder: unfinished, programs, controllers: [], outlives: false })
    try {
      const { kubeconfig } = plane
      await define({ ...options, kubeconfig, cache: join(unfinished, 'kubectl') }, modules)
    } finally {
      await plane.stop()
    }
    await rename(join(unfinished, 'etcd'), folder)
    await rm(unfinished, { recursive: true })
    return folder
  } finally {
    turn.release()
  }
}

/** Modules at the same time: with each kind the API server writes its description of all of them anew. */
async function define(judge: Judge, modules: readonly (readonly string[])[]): Promise<void> {
  await Promise.all(
    modules.map((files) =>
      expectDone(judge, ['apply', '--server-side', ...files.flatMap((file) => ['-f', file])]),
    ),
  )
  if (!(await until(() => areEstablished(judge), 300_000)))
    throw new StepFailed('the API server does not take up all kinds', 'run it again on an idle machine')
}

/** It fails, and does not wait, for a kind of which the API server has not said anything yet. */
async function areEstablished(judge: Judge): Promise<boolean> {
  const wait = ['wait', 'crd', '--all', '--for=condition=Established', '--timeout=30s']
  return (await kubectl(judge, wait)).code === 0
}
