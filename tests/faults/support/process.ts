import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** A process that is started again whenever it ends, as a cluster would, until it is told to stay down. */
export interface Kept {
  readonly name: string
  readonly pid: number | undefined
  /** Ends by SIGKILL so far, by us or at a fail point. */
  readonly kills: number
  readonly starts: number
  kill(): Promise<void>
  signal(name: NodeJS.Signals): void
  /** SIGTERM, SIGKILL after 15 s; it stays down until `start`. */
  stop(): Promise<void>
  /** @param environment replaces what it was started with, for this start and later ones */
  start(environment?: Record<string, string>): void
  log(): Promise<string>
}

/** @param command of the program and its arguments */
export function keep(
  name: string,
  command: readonly [string, ...string[]],
  environment: Record<string, string>,
  logFile: string,
): Kept {
  let child: ChildProcess | undefined
  let env = environment
  let wanted = false
  let kills = 0
  let starts = 0

  async function run(): Promise<void> {
    const [program, ...args] = command
    const output = await open(logFile, 'a')
    while (wanted) {
      starts++
      const began = Date.now()
      child = spawn(program, args, { env, stdio: ['ignore', output.fd, output.fd] })
      const [, signal] = await once(child, 'exit')
      child = undefined
      if (signal === 'SIGKILL') kills++
      // One that ends at once is not started in a frenzy.
      if (wanted && Date.now() - began < 300) await delay(300)
    }
    await output.close()
  }

  let loop = Promise.resolve()
  return {
    name,
    get pid() {
      return child?.pid
    },
    get kills() {
      return kills
    },
    get starts() {
      return starts
    },
    async kill() {
      const victim = child
      if (!victim) return
      const gone = once(victim, 'exit')
      victim.kill('SIGKILL')
      await gone
    },
    signal(word) {
      child?.kill(word)
    },
    async stop() {
      wanted = false
      child?.kill('SIGTERM')
      const force = setTimeout(() => child?.kill('SIGKILL'), 15_000)
      await loop
      clearTimeout(force)
    },
    start(next) {
      env = next ?? env
      if (wanted) return
      wanted = true
      loop = run()
    },
    log: async () => (await readFile(logFile, 'utf8')).split('\n').slice(-40).join('\n'),
  }
}

/** Node with the program of a service of the suite. */
export const nodeProgram = (relative: string): [string, string] => [
  process.execPath,
  fileURLToPath(new URL(relative, import.meta.url)),
]
