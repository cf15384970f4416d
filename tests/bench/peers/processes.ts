import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Processes of one system, each in a group of its own, so that none of its children stays. */
export interface Processes extends AsyncDisposable {
  node(file: URL, settings: object): Promise<void>
  start(name: string, command: string, args: readonly string[], cwd: string, settings: object): Promise<void>
  /** Their groups, each with its children. */
  groups(): number[]
  /** @throws {Error} with the last lines of its log, when one of them has ended */
  alive(): Promise<void>
}

const groups = new Set<number>()
// Ctrl-C reaches the groups only through us.
process.once('exit', () => {
  for (const pid of groups) signal(pid, 'SIGKILL')
})

export function processesIn(folder: string): Processes {
  const children: { name: string; child: ChildProcess; log: string }[] = []
  const ended = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null

  const start: Processes['start'] = async (name, command, args, cwd, settings) => {
    const log = join(folder, `${name}.log`)
    const output = await open(log, 'a')
    const child = spawn(command, args, {
      cwd,
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      env: { ...process.env, BENCH: JSON.stringify(settings), PYTHONDONTWRITEBYTECODE: '1' },
    })
    await once(child, 'spawn').finally(() => output.close())
    if (child.pid) groups.add(child.pid)
    children.push({ name, child, log })
  }

  return {
    start,
    node: (file, settings) => {
      const path = fileURLToPath(file)
      return start(path.split('/').slice(-2).join('-'), process.execPath, [path], folder, settings)
    },
    groups: () => children.flatMap(({ child }) => child.pid ?? []),
    async alive() {
      for (const { name, child, log } of children) {
        if (!ended(child)) continue
        const last = (await readFile(log, 'utf8')).split('\n').slice(-15).join('\n')
        throw new Error(`${name} has ended:\n${last}`)
      }
    },
    async [Symbol.asyncDispose]() {
      // Those that were started last look to the others until the end.
      for (const { child } of children.toReversed()) {
        if (!child.pid) continue
        if (!ended(child)) {
          const gone = once(child, 'exit')
          child.kill('SIGTERM')
          const force = setTimeout(() => signal(child.pid ?? 0, 'SIGKILL'), 5_000)
          await gone
          clearTimeout(force)
        }
        signal(child.pid, 'SIGKILL')
        groups.delete(child.pid)
      }
    },
  }
}

/** Signals a whole group; one that has gone is what was wanted. */
function signal(group: number, name: NodeJS.Signals): void {
  if (group === 0) return
  try {
    process.kill(-group, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
