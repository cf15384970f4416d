import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from 'amqplib'
import type { Checkout } from '../checkout.ts'
import { type Say, StepFailed } from '../console/steps.ts'
import type { Secrets } from '../secrets.ts'
import { accepts } from '../system/network.ts'
import { runAsRoot } from '../system/privilege.ts'
import { run, which } from '../system/run.ts'
import {
  type BrokerAdmin,
  findAdmin,
  ownEnvironment,
  passwordHash,
  systemEnvironment,
} from './rabbitmq-admin.ts'
import { ensureServer, type Server } from './server.ts'
import type { Started } from './started.ts'

export interface BrokerPlace {
  /** `amqp://user:password@host:port/vhost` of this platform's own user and vhost. */
  readonly url: string
  /** Missing when the vhost was made earlier and nobody can administrate the broker now. */
  readonly admin: BrokerAdmin | undefined
  readonly how: Started['how'] | 'found'
}

const binaries = '/usr/lib/rabbitmq/bin'
const portMapper = 4369

/** RabbitMQ as the runner finds, starts and stops it. */
export function rabbitmqServer(checkout: Checkout): Server {
  const log = join(checkout.logs, 'rabbitmq.log')
  const own = (command: string, args: string[], port: number) =>
    run(join(binaries, command), args, { env: ownEnvironment(checkout, port), log })
  return {
    name: 'rabbitmq',
    defaultPort: 5672,
    packages: ['rabbitmq-server'],
    installed: async () => existsSync(join(binaries, 'rabbitmq-server')),
    usable: async (port, how) => Boolean(await findAdmin(checkout, port, how)),
    async startSystem() {
      const env = await systemEnvironment()
      const result = await runAsRoot('rabbitmq-server', ['-detached'], { log, env, cwd: '/' })
      if (result.code !== 0) {
        throw new StepFailed(`rabbitmq-server: ${result.stderr.trim()}`, 'sudo rabbitmq-server -detached')
      }
    },
    async stopSystem() {
      await runAsRoot('rabbitmqctl', ['shutdown'], { env: await systemEnvironment(), cwd: '/', log })
      // The port mapper outlives the last node; it refuses to end while another node is registered.
      await runAsRoot('epmd', ['-kill'], { cwd: '/' })
    },
    async startOwn(_checkout, port) {
      await mkdir(join(checkout.home, 'rabbitmq'), { recursive: true, mode: 0o700 })
      const result = await own('rabbitmq-server', ['-detached'], port)
      if (result.code !== 0)
        throw new StepFailed(`rabbitmq-server: ${result.stderr.trim()}`, `look into ${log}`)
    },
    async stopOwn(_checkout, port) {
      await own('rabbitmqctl', ['shutdown'], port)
      if ((await accepts(portMapper)) && (await which('epmd'))) await run('epmd', ['-kill'])
    },
    async foreignClients(port, how) {
      const admin = await findAdmin(checkout, port, how)
      return (await admin?.foreignConnections(checkout.id)) ?? 0
    },
    container: { image: 'rabbitmq:3.13-management', environment: () => ({}) },
  }
}

/** Finds or starts RabbitMQ and makes this platform's vhost with a user of its own. */
export async function ensureRabbitmq(checkout: Checkout, secrets: Secrets, say: Say): Promise<BrokerPlace> {
  const given = checkout.settings.ALTA_RABBITMQ_URL ? new URL(checkout.settings.ALTA_RABBITMQ_URL) : undefined
  const running = given
    ? { port: Number(given.port || 5672), how: 'found' as const }
    : await ensureServer(rabbitmqServer(checkout), checkout, say)
  const host = given?.hostname ?? '127.0.0.1'
  const vhost = checkout.id
  const password = secrets.get('rabbitmq', 'password')
  const url = `amqp://${vhost}:${password}@${host}:${running.port}/${vhost}`
  const admin = await findAdmin(checkout, running.port, running.how)
  if (await logsIn(url)) {
    say(`vhost ${vhost} on ${host}:${running.port}`)
    return { url, admin, how: running.how }
  }
  if (!admin) {
    throw new StepFailed(
      `no way to make a vhost on ${host}:${running.port}: no rabbitmqctl as root and no management API`,
      'sudo rabbitmq-plugins enable rabbitmq_management, or set ALTA_RABBITMQ_URL in .env',
    )
  }
  // A vhost that is there without our password is left over from a checkout whose .alta/ is gone.
  await admin.remove(vhost, vhost)
  await admin.importDefinitions({
    vhosts: [{ name: vhost }],
    users: [
      {
        name: vhost,
        password_hash: passwordHash(password),
        hashing_algorithm: 'rabbit_password_hashing_sha256',
        // Shows it its own vhost in the management API, if there is one.
        tags: 'management',
      },
    ],
    permissions: [{ user: vhost, vhost, configure: '.*', write: '.*', read: '.*' }],
  })
  if (!(await logsIn(url)))
    throw new StepFailed(`made vhost ${vhost}, but its user cannot log in`, 'make down CLEAN=1, then make up')
  say(`made vhost ${vhost} with its own user on ${host}:${running.port} (${admin.by})`)
  return { url, admin, how: running.how }
}

/** True when the broker lets this user into this vhost. */
export async function logsIn(url: string): Promise<boolean> {
  try {
    const connection = await connect(url, { timeout: 5000 })
    await connection.close()
    return true
  } catch {
    return false // no such vhost or user yet: the caller makes them
  }
}

export async function dropVhost(
  checkout: Checkout,
  port: number,
  how: 'found' | 'system' | 'own' | 'docker',
): Promise<void> {
  const admin = await findAdmin(checkout, port, how)
  if (!admin)
    throw new StepFailed(
      `no way to remove vhost ${checkout.id}`,
      `sudo rabbitmqctl delete_vhost ${checkout.id}`,
    )
  await admin.remove(checkout.id, checkout.id)
}
