import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { StepFailed } from '../console/steps.ts'
import { until } from '../system/network.ts'
import { signal } from '../system/processes.ts'
import { readIfThere } from '../system/read-if-there.ts'
import { which } from '../system/run.ts'

/** A program that runs in the background, with `<name>.pid` and `<name>.log` in a folder. */
export interface Daemon {
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Path of a network namespace that it lives in; that of this process without it. */
  readonly network?: string
  /** Whether it goes on when the process that started it has ended, however that was. */
  readonly outlives: boolean
}

const record = z.object({ pid: z.number().int(), started: z.string() })

/**
 * Starts it in a process group of its own.
 * @throws {StepFailed} when it has ended at once
 */
export async function startDaemon(folder: string, daemon: Daemon): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const output = openSync(logOf(folder, daemon.name), 'a', 0o600)
  const [program, args] = await asChild(daemon)
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...process.env, ...daemon.env },
    stdio: ['ignore', output, output],
    detached: true,
  })
  closeSync(output)
  child.unref()
  const failed = await new Promise<Error | undefined>((resolve) => {
    child.once('spawn', () => resolve(undefined)).once('error', resolve)
  })
  const started = child.pid === undefined ? undefined : await startOf(child.pid)
  if (failed || started === undefined)
    throw new StepFailed(
      `${daemon.name} did not start: ${failed?.message ?? (await endOfLog(folder, daemon.name))}`,
      `${daemon.program} --version`,
    )
  await writeFile(pidFile(folder, daemon.name), JSON.stringify({ pid: child.pid, started }))
}

/** Whether what the folder tells of is still the same process, and running. */
export async function daemonRuns(folder: string, name: string): Promise<boolean> {
  return (await pidOf(folder, name)) !== undefined
}

/** Ends it: SIGTERM, and SIGKILL to its whole group after `limit` ms. Nothing when it does not run. */
export async function stopDaemon(folder: string, name: string, limit: number): Promise<void> {
  const pid = await pidOf(folder, name)
  if (pid !== undefined) {
    signal(pid, 'SIGTERM')
    const gone = async () => (await pidOf(folder, name)) === undefined
    if (!(await until(gone, limit, 50))) {
      signal(-pid, 'SIGKILL')
      await until(gone, 10_000, 50)
    }
  }
  await rm(pidFile(folder, name), { force: true })
}

/** What it said last, for a message of failure. */
export async function endOfLog(folder: string, name: string): Promise<string> {
  const log = logOf(folder, name)
  const lines = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n')
  return `${lines.slice(-3).join(' ')} (log: ${log})`
}

const pidFile = (folder: string, name: string): string => join(folder, `${name}.pid`)
const logOf = (folder: string, name: string): string => join(folder, `${name}.log`)

async function pidOf(folder: string, name: string): Promise<number | undefined> {
  const text = await readIfThere(pidFile(folder, name))
  if (text === undefined) return undefined
  const { pid, started } = record.parse(JSON.parse(text))
  return (await startOf(pid)) === started ? pid : undefined
}

/**
 * When the process was started, in the kernel's ticks since boot: a pid alone may be another's by now. Undefined when
 * there is none, or only what is left of it until its parent has asked how it ended.
 */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The name, in parentheses, may hold spaces.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' || state === 'X' ? undefined : rest[18]
}

/** With the kernel's word that it dies with the thread that started it, where it has to. */
async function asChild(daemon: Daemon): Promise<readonly [string, readonly string[]]> {
  const [program, args] = inNetwork(daemon)
  const setpriv = daemon.outlives ? undefined : await which('setpriv')
  return setpriv ? [setpriv, ['--pdeathsig', 'KILL', program, ...args]] : [program, args]
}

/** Not by `ip netns exec`, which mounts another /sys, without the control groups. */
const inNetwork = ({ program, args, network }: Daemon): readonly [string, readonly string[]] =>
  network ? ['nsenter', [`--net=${network}`, program, ...args]] : [program, args]
