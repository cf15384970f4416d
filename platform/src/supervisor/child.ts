import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, renameSync, statSync } from 'node:fs'
import { signal } from '../system/processes.ts'

/** One process to keep running. */
export interface Command {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Takes both outputs. */
  readonly log: string
}

export interface ChildState {
  readonly pid: number | undefined
  /** ISO time of the last start. */
  readonly startedAt: string | undefined
  readonly restarts: number
  /** How it ended last, `exit 1` or `SIGKILL`; missing while it never ended. */
  readonly lastEnd: string | undefined
}

export interface Child {
  readonly name: string
  state(): ChildState
  start(): void
  /** Ends it now and starts it again at once. */
  restart(): void
  /** Ends it for good: SIGTERM, and SIGKILL to its whole group after `limit` ms. */
  stop(limit: number): Promise<void>
}

const logLimit = 20 * 1024 * 1024

/** Milliseconds to wait before the n-th start in a row: 0.5 s, doubling, at most 10 s. */
export const backOff = (failures: number): number => Math.min(500 * 2 ** Math.max(0, failures - 1), 10_000)

/**
 * Keeps a process running in a process group of its own, so that one signal reaches what it started too.
 * @param steadyAfter ms of running after which an end counts as the first failure again
 */
export function keepRunning(
  spec: Command,
  options: { say: (message: string) => void; changed: () => void; steadyAfter?: number },
): Child {
  let child: ChildProcess | undefined
  let timer: NodeJS.Timeout | undefined
  let startedAt: number | undefined
  let restarts = 0
  let failures = 0
  let lastEnd: string | undefined
  let stopping = false
  let restarting = false
  let ended = Promise.resolve()

  function start(): void {
    rotate(spec.log)
    const output = openSync(spec.log, 'a', 0o600)
    const process = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: { ...spec.env },
      stdio: ['ignore', output, output],
      detached: true,
    })
    closeSync(output)
    child = process
    startedAt = Date.now()
    ended = new Promise((resolve) => {
      process.once('error', (error) => {
        onEnd(error.message)
        resolve()
      })
      process.once('exit', (code, killedBy) => {
        onEnd(killedBy ?? `exit ${code}`)
        resolve()
      })
    })
    options.changed()
  }

  function onEnd(how: string): void {
    const group = child?.pid
    // What the process had started (ffmpeg, a speech engine) must not outlive it.
    if (group !== undefined) signal(-group, 'SIGKILL')
    child = undefined
    lastEnd = how
    if (!stopping) planRestart(how)
    options.changed()
  }

  function planRestart(how: string): void {
    const lived = Date.now() - (startedAt ?? 0)
    failures = lived > (options.steadyAfter ?? 30_000) ? 1 : failures + 1
    restarts++
    const wait = restarting ? 0 : backOff(failures)
    if (!restarting) {
      options.say(
        `${spec.name} ended (${how}) after ${(lived / 1000).toFixed(1)} s; starting it again in ${wait / 1000} s`,
      )
    }
    restarting = false
    timer = setTimeout(startAgain, wait)
  }

  function startAgain(): void {
    clearTimeout(timer)
    timer = undefined
    start()
  }

  return {
    name: spec.name,
    state: () => ({
      pid: child?.pid,
      startedAt: child && startedAt ? new Date(startedAt).toISOString() : undefined,
      restarts,
      lastEnd,
    }),
    start,
    restart() {
      // It has ended by itself and waits: what was wrong may be mended.
      if (timer) return startAgain()
      if (child?.pid === undefined) return
      restarting = true
      signal(child.pid, 'SIGTERM')
    },
    async stop(limit) {
      stopping = true
      clearTimeout(timer)
      timer = undefined
      const pid = child?.pid
      if (pid === undefined) return
      signal(pid, 'SIGTERM')
      const kill = setTimeout(() => {
        options.say(`${spec.name} did not end within ${limit / 1000} s; killing it`)
        signal(-pid, 'SIGKILL')
      }, limit)
      await ended
      clearTimeout(kill)
    },
  }
}

/** Keeps one older log; a process that restarts for days must not fill the disk. */
function rotate(log: string): void {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0
  if (size > logLimit) renameSync(log, `${log}.1`)
}
