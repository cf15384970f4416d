import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '../../system/network.ts'

/**
 * The control group that all pods live below. A second kubelet on the machine would otherwise share `kubepods` with it,
 * and each would kill what it does not know.
 */
export const controlGroup = '/alta-cluster'

const mounts = '/sys/fs/cgroup'
const controllers = [
  'cpu',
  'cpuacct',
  'cpuset',
  'memory',
  'devices',
  'freezer',
  'blkio',
  'pids',
  'systemd',
  'unified',
]

const foldersOf = (): string[] =>
  existsSync(join(mounts, 'cgroup.controllers'))
    ? [join(mounts, controlGroup)]
    : controllers
        .map((name) => join(mounts, name))
        .flatMap((path) => (existsSync(path) ? [join(path, controlGroup)] : []))

export async function makeControlGroup(): Promise<void> {
  for (const folder of foldersOf()) {
    await mkdir(folder, { recursive: true })
    // Version 1 begins with none, and nothing can be put into a group without CPUs.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (existsSync(join(folder, file)) && !folder.startsWith(join(mounts, controlGroup)))
        await writeFile(join(folder, file), await readFile(join(folder, '..', file)))
    }
  }
}

/** @returns the pids of whatever lives below it */
export async function membersOfControlGroup(): Promise<number[]> {
  const pids = new Set<number>()
  for (const folder of foldersOf()) {
    for (const path of await groupsBelow(folder)) {
      const text = await readFile(join(path, 'cgroup.procs'), 'utf8').catch(() => '')
      for (const pid of text.split('\n').filter(Boolean)) pids.add(Number(pid))
    }
  }
  return [...pids]
}

/** Once nothing lives in it; a group of a process that has just ended is busy for a moment. */
export async function removeControlGroup(): Promise<void> {
  for (const folder of foldersOf()) {
    await until(
      async () => {
        // Busy or gone already: whether it is gone is asked below, again and again.
        for (const path of await groupsBelow(folder)) await rmdir(path).catch(() => undefined)
        return !existsSync(folder)
      },
      5000,
      100,
    )
  }
}

/** Deepest first. */
async function groupsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => groupsBelow(join(folder, name)))
  return [...(await Promise.all(below)).flat(), ...(existsSync(folder) ? [folder] : [])]
}
