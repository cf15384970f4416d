import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { StepFailed } from '../../console/steps.ts'
import { run } from '../../system/run.ts'

/** The node's own network: its addresses, rules and bridges go with it, and none can clash with the machine's. */
export const nodeNetwork = {
  name: 'alta-cluster',
  path: '/run/netns/alta-cluster',
  /** Of the node, and of its API server and name server. */
  address: '10.99.0.1',
  /** Of this machine, as the node sees it. */
  machine: '10.99.0.254',
  pods: '10.244.0.0/24',
  services: '10.96.0.0/16',
} as const

const networkIsThere = (): boolean => existsSync(nodeNetwork.path)

/**
 * Makes it, with a way from this machine to the node, to pods and to Services, and none to anywhere else: nothing in
 * the cluster reaches what is outside.
 * @throws {StepFailed} when it is there already, or where its addresses are somebody's
 */
export async function makeNetwork(): Promise<void> {
  const { name, address, machine, pods, services } = nodeNetwork
  if (networkIsThere()) throw new StepFailed('the network of a cluster is there already', 'make cluster-down')
  for (const range of [`${address}/24`, pods, services]) {
    const known = await run('ip', ['route', 'show', 'root', networkOf(range)])
    if (known.stdout.trim() !== '')
      throw new StepFailed(
        `${networkOf(range)} is in use on this machine: ${known.stdout.trim()}`,
        'ip route',
      )
  }
  const inside = ['-n', name]
  await ip('netns', 'add', name)
  await ip('link', 'add', 'alta0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name)
  await ip('addr', 'add', `${machine}/24`, 'dev', 'alta0')
  await ip('link', 'set', 'alta0', 'up')
  await ip(...inside, 'link', 'set', 'lo', 'up')
  await ip(...inside, 'addr', 'add', `${address}/24`, 'dev', 'eth0')
  await ip(...inside, 'link', 'set', 'eth0', 'up')
  for (const range of [pods, services]) await ip('route', 'add', range, 'via', address)
  // What the node itself sends to a Service needs a way before a pod's address takes the place of the Service's.
  await ip(...inside, 'route', 'add', services, 'dev', 'eth0')
  await inNode('sysctl', '-qw', 'net.ipv4.ip_forward=1')
}

/**
 * With everything that lives in it and no process holds: bridge, rules, routes, the ends of pods' links. Those of pods
 * have gone with the node's mounts.
 */
export async function removeNetwork(): Promise<void> {
  if (networkIsThere()) await ip('netns', 'del', nodeNetwork.name)
  // `ip netns` mounts its folder onto itself, for good.
  if ((await readdir('/run/netns').catch(() => ['?'])).length === 0) await run('umount', ['/run/netns'])
  await run('ip', ['link', 'del', 'alta0'])
}

/** Runs a command as the node would. */
export async function inNode(command: string, ...args: string[]): Promise<string> {
  const result = await run('nsenter', [`--net=${nodeNetwork.path}`, command, ...args])
  if (result.code !== 0) throw new StepFailed(`${command} in the node: ${result.stderr.trim()}`, command)
  return result.stdout
}

async function ip(...args: string[]): Promise<void> {
  const { code, stderr } = await run('ip', args)
  if (code !== 0) throw new StepFailed(`ip ${args.join(' ')}: ${stderr.trim()}`, `ip ${args.join(' ')}`)
}

/** `10.99.0.0/24` of `10.99.0.1/24`; the ranges here end with a byte. */
function networkOf(range: string): string {
  const [address = '', bits = '32'] = range.split('/')
  const bytes = address.split('.').map((byte, at) => (at < Number(bits) / 8 ? byte : '0'))
  return `${bytes.join('.')}/${bits}`
}
