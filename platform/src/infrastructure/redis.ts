import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { Checkout } from '../checkout.ts'
import { type Say, StepFailed } from '../console/steps.ts'
import { run, which } from '../system/run.ts'
import { ensureServer, type Server } from './server.ts'

/** Connects once, quietly; undefined when nothing usable answers. */
async function open(url: string): Promise<Redis | undefined> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 2000 })
  client.on('error', () => undefined) // the failed connect below carries the reason
  try {
    await client.connect()
    await client.ping()
    return client
  } catch {
    client.disconnect()
    return undefined // refused or asks for a password: the caller looks for another way
  }
}

const local = (port: number): string => `redis://127.0.0.1:${port}`

/** Redis as the runner finds, starts and stops it. */
export const redisServer: Server = {
  name: 'redis',
  defaultPort: 6379,
  packages: ['redis-server'],
  installed: async () => Boolean(await which('redis-server')),
  async usable(port) {
    const client = await open(local(port))
    client?.disconnect()
    return Boolean(client)
  },
  async startOwn(checkout, port) {
    const folder = join(checkout.home, 'redis')
    await mkdir(folder, { recursive: true })
    const where = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder]
    // Dapr's state lies here: without the append-only file it would not survive a restart.
    const safety = ['--appendonly', 'yes', '--save', '', '--logfile', join(checkout.logs, 'redis.log')]
    const result = await run((await which('redis-server')) ?? 'redis-server', [
      '--daemonize',
      'yes',
      ...where,
      ...safety,
    ])
    if (result.code !== 0)
      throw new StepFailed(`redis-server: ${result.stderr || result.stdout}`, 'redis-server --port 6379')
  },
  async stopOwn(_checkout, port) {
    const client = await open(local(port))
    await client?.shutdown().catch(() => undefined) // the connection ends with the server: that is the success
    client?.disconnect()
  },
  async foreignClients(port) {
    const client = await open(local(port))
    if (!client) return 0
    // Our services have ended by now: whoever is connected besides this client is somebody else.
    const clients = String(await client.client('LIST'))
      .trim()
      .split('\n')
    client.disconnect()
    return clients.length - 1
  },
  container: { image: 'redis:7', environment: () => ({}) },
}

export interface RedisPlace {
  readonly url: string
  /** `host:port`, as Dapr's component takes it. */
  readonly address: string
  readonly password: string
}

export async function ensureRedis(checkout: Checkout, say: Say): Promise<RedisPlace> {
  const given = checkout.settings.ALTA_REDIS_URL
  if (given) {
    const client = await open(given)
    if (!client) throw new StepFailed(`ALTA_REDIS_URL does not answer`, 'redis-cli -u "$ALTA_REDIS_URL" ping')
    client.disconnect()
    const { host, password } = new URL(given)
    say(`uses ${host}`)
    return { url: given, address: host, password: decodeURIComponent(password) }
  }
  const { port } = await ensureServer(redisServer, checkout, say)
  return { url: local(port), address: `127.0.0.1:${port}`, password: '' }
}

/** Removes every key of this platform, its own and Dapr's. */
export async function clearRedis(url: string, prefixes: readonly string[]): Promise<number> {
  const client = await open(url)
  if (!client) return 0
  let removed = 0
  for (const prefix of prefixes) {
    for await (const keys of client.scanStream({ match: `${prefix}*`, count: 500 })) {
      if (keys.length > 0) removed += await client.unlink(...keys)
    }
  }
  client.disconnect()
  return removed
}
