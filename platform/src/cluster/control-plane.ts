import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StepFailed } from '../console/steps.ts'
import { choosePorts } from '../ports.ts'
import { waitForClaim } from '../system/mutex.ts'
import { until } from '../system/network.ts'
import { type Access, isReady, kubeconfigFor } from './control-plane-access.ts'
import { daemonRuns, endOfLog, startDaemon, stopDaemon } from './daemons.ts'

export interface ControlPlaneOptions {
  /** Holds its data, keys, logs, pid files and the kubeconfig; made when it is not there. */
  readonly folder: string
  /** Paths. */
  readonly programs: Readonly<Record<'etcd' | 'kube-apiserver' | 'kube-controller-manager', string>>
  /** An address of this machine that the API server listens on; 127.0.0.1 without it. */
  readonly host?: string
  /** Where the API server listens; a free port without it. */
  readonly port?: number
  /** Path of the network namespace that `host` is an address of; this process must have a way there. */
  readonly network?: string
  /** Whether it goes on when this process ends: `stopControlPlane` of a later one ends it then. */
  readonly outlives: boolean
  /** Those of the controller manager that run; `['*']`, the usual ones, without it. */
  readonly controllers?: readonly string[]
}

export interface ControlPlane {
  /** Path of a file that lets in as administrator. */
  readonly kubeconfig: string
  /** `https://<host>:<port>` of the API server. */
  readonly address: string
  stop(): Promise<void>
}

/** The range of the addresses of Services. */
export const serviceAddresses = '10.96.0.0/16'

/**
 * Starts etcd, the API server and the controller manager as plain processes; returns when the API server is ready.
 * Several may run on one machine, each with a folder of its own.
 * @throws {StepFailed} when one of them ends or is not ready in time; nothing is left running then
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { folder, host = '127.0.0.1' } = options
  await mkdir(join(folder, 'pki'), { recursive: true, mode: 0o700 })
  const token = await writeKeys(folder)
  // A port is free until somebody listens on it: the next one that looks for ports waits for that.
  const turn = await waitForClaim('control-plane', () => undefined)
  try {
    const ports = await freePorts(options.port)
    const access = { address: `https://${host}:${ports.api}`, certificate: certificateIn(folder), token }
    await startDaemon(folder, etcd(options, ports))
    await startDaemon(folder, apiServer(options, host, ports))
    await waitUntilReady(folder, access)
    const kubeconfig = join(folder, 'kubeconfig')
    await writeFile(kubeconfig, await kubeconfigFor(access), { mode: 0o600 })
    await startDaemon(folder, controllerManager(options, kubeconfig))
    return { kubeconfig, address: access.address, stop: () => stopControlPlane(folder) }
  } catch (error) {
    await stopControlPlane(folder)
    throw error
  } finally {
    turn.release()
  }
}

/** Ends what runs with this folder, whoever has started it. The data stays. */
export async function stopControlPlane(folder: string): Promise<void> {
  // The API server waits for its clients' watches and for etcd, without end when one of them is gone.
  for (const name of ['kube-controller-manager', 'kube-apiserver', 'etcd'])
    await stopDaemon(folder, name, 10_000)
}

const certificateIn = (folder: string): string => join(folder, 'pki/apiserver.crt')
const serviceAccountKey = (folder: string): string => join(folder, 'pki/service-accounts.key')
const tokensFile = (folder: string): string => join(folder, 'pki/tokens.csv')

/** @returns the administrator's token */
async function writeKeys(folder: string): Promise<string> {
  // What was signed with it is still in the data of a folder that is used again.
  if (!existsSync(serviceAccountKey(folder))) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const key = privateKey.export({ type: 'pkcs1', format: 'pem' })
    await writeFile(serviceAccountKey(folder), key, { mode: 0o600 })
  }
  const token = randomBytes(24).toString('hex')
  await writeFile(tokensFile(folder), `${token},administrator,1,"system:masters"\n`, { mode: 0o600 })
  return token
}

interface Ports {
  readonly api: number
  /** Addresses. */
  readonly etcd: string
  readonly peers: string
}

async function freePorts(api: number | undefined): Promise<Ports> {
  const free = await choosePorts(['etcd', 'peers', 'api'], {}, randomInt(200))
  const local = (port: number | undefined) => `http://127.0.0.1:${port}`
  return { api: api ?? free.api ?? 0, etcd: local(free.etcd), peers: local(free.peers) }
}

/** Four seconds on an idle machine; with a hundred kinds among its data and other work beside it, thirty and more. */
const readyWithin = 180_000

async function waitUntilReady(folder: string, access: Access): Promise<void> {
  let ended: string | undefined
  const ready = await until(async () => {
    for (const name of ['etcd', 'kube-apiserver']) if (!(await daemonRuns(folder, name))) ended = name
    return ended !== undefined || (await isReady(access))
  }, readyWithin)
  if (ended)
    throw new StepFailed(
      `${ended} ended: ${await endOfLog(folder, ended)}`,
      'read its log, then run it again',
    )
  if (!ready) {
    const last = await endOfLog(folder, 'kube-apiserver')
    throw new StepFailed(
      `the API server is not ready after ${readyWithin / 1000} s: ${last}`,
      'run it again on an idle machine',
    )
  }
}

const etcd = ({ programs, folder, outlives, network }: ControlPlaneOptions, ports: Ports) => ({
  name: 'etcd',
  program: programs.etcd,
  outlives,
  ...(network ? { network } : {}),
  args: [
    ...['--data-dir', join(folder, 'etcd'), '--log-level', 'warn'],
    ...['--listen-client-urls', ports.etcd, '--advertise-client-urls', ports.etcd],
    ...['--listen-peer-urls', ports.peers, '--initial-advertise-peer-urls', ports.peers],
    ...['--initial-cluster', `default=${ports.peers}`],
    // Nothing in it has to survive the machine.
    '--unsafe-no-fsync',
  ],
})

const apiServer = (
  { programs, folder, outlives, network }: ControlPlaneOptions,
  host: string,
  ports: Ports,
) => ({
  name: 'kube-apiserver',
  program: programs['kube-apiserver'],
  outlives,
  ...(network ? { network } : {}),
  args: [
    `--etcd-servers=${ports.etcd}`,
    `--bind-address=${host}`,
    `--advertise-address=${host}`,
    `--secure-port=${ports.api}`,
    `--cert-dir=${join(folder, 'pki')}`,
    `--service-cluster-ip-range=${serviceAddresses}`,
    `--service-account-key-file=${serviceAccountKey(folder)}`,
    `--service-account-signing-key-file=${serviceAccountKey(folder)}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--token-auth-file=${tokensFile(folder)}`,
    '--authorization-mode=Node,RBAC',
    '--allow-privileged=true',
    '--kubelet-preferred-address-types=InternalIP',
    // Pods reach the Service `kubernetes` at the address; nobody can at a loopback one, and it is refused as such.
    ...(isLoopback(host) ? ['--endpoint-reconciler-type=none'] : []),
  ],
})

const isLoopback = (host: string): boolean => host.startsWith('127.')

const controllerManager = (
  { programs, folder, outlives, network, controllers = ['*'] }: ControlPlaneOptions,
  kubeconfig: string,
) => ({
  name: 'kube-controller-manager',
  program: programs['kube-controller-manager'],
  outlives,
  ...(network ? { network } : {}),
  args: [
    `--kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${serviceAccountKey(folder)}`,
    `--root-ca-file=${certificateIn(folder)}`,
    '--use-service-account-credentials=false',
    '--leader-elect=false',
    `--controllers=${controllers.join(',')}`,
    // Nobody asks it how it is.
    '--secure-port=0',
  ],
})
