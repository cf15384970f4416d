import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePorts } from './daprd.ts'
import { eventually } from './wait.ts'

/** A Redis of the test's own, which may be flushed as it likes. @param at the port of one that was stopped, to come back as that */
export async function startRedis(at?: number) {
  const folder = await mkdtemp(join(tmpdir(), 'alta-redis-'))
  const [port = 0] = at === undefined ? await freePorts(1) : [at]
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
    { stdio: 'ignore' },
  )
  const client = new Redis({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: () => 100 })
  // It refuses connections until it has started.
  client.on('error', () => undefined)
  await eventually('Redis answers', async () => (await client.ping()) === 'PONG')
  return {
    host: `127.0.0.1:${port}`,
    client,
    /** It takes connections and answers nothing, as behind a network that is gone. */
    pause: () => server.kill('SIGSTOP'),
    resume: () => server.kill('SIGCONT'),
    async stop() {
      client.disconnect()
      if (server.exitCode !== null || server.signalCode !== null) return
      const gone = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGKILL')
      await gone
      await rm(folder, { recursive: true, force: true })
    },
  }
}
