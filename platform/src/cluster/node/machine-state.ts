import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../system/run.ts'

/** What a node changes about the machine that it runs on, by name, as lines that can be compared. */
export type MachineState = Readonly<Record<string, readonly string[]>>

/** What the kubelet sets for itself. */
const settings = ['vm.overcommit_memory', 'kernel.panic', 'kernel.panic_on_oops', 'net.ipv4.ip_forward']

export async function machineState(): Promise<MachineState> {
  const lines = (text: string) => text.split('\n').filter(Boolean).sort()
  const output = async (command: string, ...args: string[]) => lines((await run(command, args)).stdout)
  const mounts = lines(await readFile('/proc/mounts', 'utf8')).map((line) =>
    line.split(' ').slice(0, 3).join(' '),
  )
  return {
    links: (await output('ip', '-br', 'link')).map((line) => line.split(/\s+/)[0] ?? ''),
    routes: await output('ip', 'route'),
    'network namespaces': (await output('ip', 'netns', 'list')).map((line) => line.split(' ')[0] ?? ''),
    'tables of nftables': await output('nft', 'list', 'tables'),
    'rules of iptables': (await output('iptables-save')).filter(
      (line) => !line.startsWith('#') && !line.startsWith(':'),
    ),
    mounts,
    settings: await output('sysctl', ...settings),
    'control groups': await controlGroups(),
  }
}

/** Those at the top of each hierarchy. */
async function controlGroups(): Promise<string[]> {
  const top = '/sys/fs/cgroup'
  const folders = async (path: string) =>
    (await readdir(path, { withFileTypes: true }).catch(() => []))
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(path, name))
  const hierarchies = await folders(top)
  return [...hierarchies, ...(await Promise.all(hierarchies.map(folders))).flat()].sort()
}

/**
 * `mounts: + /x`, one for each line that is only in one of them. A mount that has gone is somebody else's, as of a build
 * of images that ended meanwhile: a node unmounts nothing but its own.
 */
export function differences(before: MachineState, after: MachineState): string[] {
  return Object.entries(before).flatMap(([name, lines]) => {
    const now = after[name] ?? []
    const gone = lines.filter((line) => name !== 'mounts' && !now.includes(line))
    const come = now.filter((line) => !lines.includes(line))
    return [...gone.map((line) => `${name}: - ${line}`), ...come.map((line) => `${name}: + ${line}`)]
  })
}

/** Sets back what the kubelet has set. */
export async function restoreSettings(before: MachineState): Promise<void> {
  for (const line of before.settings ?? []) {
    const [name = '', value = ''] = line.split(' = ')
    await run('sysctl', ['-qw', `${name}=${value}`])
  }
}
