import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '@alta/kit/testing/daprd'
import { eventually } from '@alta/kit/testing/wait'
import { accepts } from '../../../platform/src/system/network.ts'
import { which } from '../../../platform/src/system/run.ts'

/** A Redis of the drill's own, which keeps what it has over a kill. */
export interface Redis {
  readonly url: string
  start(): Promise<void>
  kill(): Promise<void>
}

/** @param opened gets what puts it away before it is started */
export async function startRedis(opened: AsyncDisposableStack): Promise<Redis> {
  const program = await which('redis-server')
  if (!program) throw new Error('Redis is not installed; make up installs it')
  const folder = await mkdtemp(join(tmpdir(), 'alta-drill-redis-'))
  const [port = 0] = await freePorts(1)
  let child: ChildProcess | undefined
  const options = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--appendonly', 'yes']
  const start = async () => {
    // In a group of its own: Ctrl-C is for the drill, which puts it away.
    child = spawn(program, [...options, '--save', ''], { stdio: 'ignore', detached: true })
    await eventually('Redis answers', () => accepts(port))
  }
  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  opened.defer(async () => {
    await kill()
    await rm(folder, { recursive: true, force: true })
  })
  await start()
  return { url: `redis://127.0.0.1:${port}`, start, kill }
}
