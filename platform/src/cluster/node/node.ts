import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { StepFailed } from '../../console/steps.ts'
import { until } from '../../system/network.ts'
import { signal } from '../../system/processes.ts'
import { readIfThere } from '../../system/read-if-there.ts'
import { run } from '../../system/run.ts'
import type { Programs } from '../../tools/go-tools.ts'
import { startControlPlane, stopControlPlane } from '../control-plane.ts'
import { type Daemon, daemonRuns, endOfLog, startDaemon, stopDaemon } from '../daemons.ts'
import type { coredns, etcd, kubernetes } from '../programs.ts'
import {
  bridgeConfiguration,
  containerdConfiguration,
  corefile,
  kubeletConfiguration,
  type NodePlaces,
  nodeName,
  proxyConfiguration,
} from './configuration.ts'
import { makeControlGroup, membersOfControlGroup, removeControlGroup } from './control-groups.ts'
import { differences, type MachineState, machineState, restoreSettings } from './machine-state.ts'
import { makeNetwork, nodeNetwork, removeNetwork } from './network.ts'
import { claimNode, isOwner, releaseNode, runFolder } from './owner.ts'

export type NodePrograms = Programs<
  keyof typeof kubernetes.packages | keyof typeof etcd.packages | keyof typeof coredns.packages
>

export const placesIn = (folder: string): NodePlaces => ({
  folder,
  kubeconfig: join(folder, 'kubeconfig'),
  socket: join(runFolder, 'containerd.sock'),
})

const stateFile = (folder: string): string => join(folder, 'machine-before.json')

/** What `startNode` and `startKubelet` start. */
const daemons = [
  ...['etcd', 'kube-apiserver', 'kube-controller-manager', 'containerd'],
  ...['kube-scheduler', 'kubelet', 'kube-proxy', 'coredns'],
]

/** Whether this machine's node is that of the folder, as far as it was brought up. */
export const nodeIsThere = (folder: string): boolean => isOwner(folder)

/** Whether everything of it runs. */
export async function nodeIsWhole(folder: string): Promise<boolean> {
  const running = await Promise.all(daemons.map((name) => daemonRuns(folder, name)))
  return running.every(Boolean)
}

/**
 * Control plane and containerd; `startKubelet` follows when the images are there. As root; one node per machine.
 * @throws {StepFailed} naming what did not come up, which `stopNode` puts away, or whose node there is
 */
export async function startNode(folder: string, programs: NodePrograms, pause: string): Promise<void> {
  const places = placesIn(folder)
  await claimNode(folder)
  // What a node had that a restart of the machine has ended.
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(stateFile(folder), JSON.stringify(await machineState()))
  await makeNetwork()
  await makeControlGroup()
  await startControlPlane({
    folder,
    programs,
    host: nodeNetwork.address,
    port: 6443,
    network: nodeNetwork.path,
    outlives: true,
  })
  await writeConfigurations(places, pause)
  await start(folder, {
    name: 'containerd',
    program: 'containerd',
    args: ['--config', join(folder, 'containerd.toml')],
  })
  const up = await until(async () => (await ctr(places, ['version'])).code === 0, 20_000)
  if (!up) throw new StepFailed(`containerd: ${await endOfLog(folder, 'containerd')}`, 'make cluster-down')
}

/** Names of the images that are there. */
export async function imagesOn(folder: string): Promise<string[]> {
  return (await ctr(placesIn(folder), ['images', 'ls', '-q'])).stdout.split('\n').filter(Boolean)
}

/** Puts an archive of images on the node. */
export async function importImages(folder: string, archive: string): Promise<void> {
  const { code, stderr } = await ctr(placesIn(folder), ['images', 'import', archive])
  if (code !== 0) throw new StepFailed(`${archive} could not be imported: ${stderr}`, 'make cluster-down')
}

/** @returns how long it took until the node was ready, in ms */
export async function startKubelet(folder: string, programs: NodePrograms, kubectl: string): Promise<number> {
  const { kubeconfig } = placesIn(folder)
  const began = Date.now()
  await start(folder, {
    name: 'kube-scheduler',
    program: programs['kube-scheduler'],
    args: [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0'],
  })
  await start(folder, {
    name: 'kubelet',
    program: programs.kubelet,
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--config=${join(folder, 'kubelet.yaml')}`,
      `--root-dir=${join(folder, 'kubelet')}`,
      `--cert-dir=${join(folder, 'pki/kubelet')}`,
      `--hostname-override=${nodeName}`,
      `--node-ip=${nodeNetwork.address}`,
    ],
  })
  await start(folder, {
    name: 'kube-proxy',
    program: programs['kube-proxy'],
    args: [`--config=${join(folder, 'kube-proxy.yaml')}`],
  })
  await start(folder, {
    name: 'coredns',
    program: programs.coredns,
    args: ['-conf', join(folder, 'Corefile')],
  })
  let ended = false
  const ready = await until(async () => {
    ended = !(await daemonRuns(folder, 'kubelet'))
    const jsonpath = '{.status.conditions[?(@.type=="Ready")].status}'
    const args = ['--kubeconfig', kubeconfig, 'get', 'node', nodeName, '-o', `jsonpath=${jsonpath}`]
    return ended || (await run(kubectl, args)).stdout === 'True'
  }, 120_000)
  if (ended || !ready)
    throw new StepFailed(`the node is not ready: ${await endOfLog(folder, 'kubelet')}`, 'make cluster-down')
  return Date.now() - began
}

/**
 * Ends everything and puts the machine back; only where `nodeIsThere`, or it would be another checkout's node.
 * @returns what is not as it was before, nothing when all is
 */
export async function stopNode(folder: string): Promise<string[]> {
  const places = placesIn(folder)
  for (const name of ['coredns', 'kube-proxy', 'kubelet', 'kube-scheduler'])
    await stopDaemon(folder, name, 10_000)
  await stopControlPlane(folder)
  if (await daemonRuns(folder, 'containerd')) await removeContainers(places)
  await stopDaemon(folder, 'containerd', 10_000)
  for (const pid of [...(await membersOfControlGroup()), ...(await shimsOf(places))]) signal(pid, 'SIGKILL')
  await unmountBelow(folder)
  await removeNetwork()
  await removeControlGroup()
  const state = await stateBefore(folder)
  if (state) await restoreSettings(state)
  const left = state ? differences(state, await machineState()) : []
  await rm(folder, { recursive: true, force: true })
  await releaseNode()
  return left
}

/** Undefined where the node was interrupted before it had changed anything, or while it was put away. */
async function stateBefore(folder: string): Promise<MachineState | undefined> {
  const text = await readIfThere(stateFile(folder))
  return text === undefined ? undefined : (JSON.parse(text) as MachineState)
}

async function writeConfigurations(places: NodePlaces, pause: string): Promise<void> {
  const { folder } = places
  await mkdir(join(folder, 'cni'), { recursive: true })
  // A file that starts with { is read as JSON, which has no comments; YAML it is.
  const files: Record<string, string> = {
    'containerd.toml': containerdConfiguration(places, pause),
    'cni/10-bridge.conflist': JSON.stringify(bridgeConfiguration(places)),
    'kubelet.yaml': stringify(kubeletConfiguration(places)),
    'kube-proxy.yaml': stringify(proxyConfiguration(places)),
    Corefile: corefile(places),
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 })
}

const start = (folder: string, daemon: Omit<Daemon, 'outlives' | 'network'>): Promise<void> =>
  startDaemon(folder, { ...daemon, outlives: true, network: nodeNetwork.path })

const ctr = ({ socket }: NodePlaces, args: readonly string[]) =>
  run('ctr', ['--address', socket, '--namespace', 'k8s.io', ...args], { timeout: 300_000 })

async function removeContainers(places: NodePlaces): Promise<void> {
  const listed = async (kind: 'task' | 'container') =>
    (await ctr(places, [kind, 'ls', '-q'])).stdout.split('\n').filter(Boolean)
  await until(
    async () => {
      const tasks = await listed('task')
      if (tasks.length === 0) return true
      for (const task of tasks) await ctr(places, ['task', 'kill', '-s', 'SIGKILL', task])
      for (const task of tasks) await ctr(places, ['task', 'rm', '-f', task])
      return false
    },
    30_000,
    200,
  )
  const containers = await listed('container')
  if (containers.length > 0) await ctr(places, ['container', 'rm', ...containers])
}

/** containerd's helpers outlive it. */
async function shimsOf({ socket }: NodePlaces): Promise<number[]> {
  const { stdout } = await run('pgrep', ['-f', `containerd-shim.*${socket}`])
  return stdout.split('\n').filter(Boolean).map(Number)
}

async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/mounts', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`))
  for (const path of mounts.reverse()) await run('umount', ['-l', path])
}

/**
 * SIGKILL for the first process of a container, as when it runs out of memory.
 * @param id as Kubernetes knows it: `containerd://<id>`
 */
export async function killContainer(folder: string, id: string): Promise<void> {
  const { code, stderr } = await ctr(placesIn(folder), [
    'task',
    'kill',
    '-s',
    'SIGKILL',
    id.replace(/^.*:\/\//, ''),
  ])
  if (code !== 0) throw new StepFailed(`${id} could not be killed: ${stderr.trim()}`, 'kubectl get pods')
}
