import { readdir, readFile } from 'node:fs/promises'
import { reason } from '../console/steps.ts'
import { until } from './network.ts'

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' // it exists and belongs to somebody else
  }
}

/** Processes that this one started and that have not ended, as the kernel lists them. */
export async function ownChildren(): Promise<number[]> {
  const listing = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').catch(() => '')
  return listing.split(' ').filter(Boolean).map(Number)
}

/** Sends a signal; a process that is already gone is what we wanted. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH')
      throw new Error(`cannot signal ${pid}: ${reason(error)}`)
  }
}

/** Ends processes: SIGTERM, then SIGKILL for those still there after `limit` ms. */
export async function terminate(pids: readonly number[], limit: number): Promise<void> {
  for (const pid of pids) signal(pid, 'SIGTERM')
  if (await until(async () => !pids.some(isAlive), limit, 100)) return
  for (const pid of pids.filter(isAlive)) signal(pid, 'SIGKILL')
  await until(async () => !pids.some(isAlive), 5000, 50)
}

/**
 * Every process started for this platform, found by the marker in its environment, so also what a killed
 * supervisor left behind and what a service started itself (ffmpeg, a speech engine).
 */
export async function processesOf(id: string): Promise<number[]> {
  const marker = `ALTA_PLATFORM=${id}\0`
  const found: number[] = []
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue
    // A process may end between the listing and the reading, or belong to somebody else.
    const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '')
    if (`${environment}\0`.includes(marker)) found.push(Number(name))
  }
  return found
}
