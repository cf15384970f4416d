import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { canBeRoot, isRoot } from '../system/privilege.ts'
import { type RunResult, run, which } from '../system/run.ts'
import type { Started } from './started.ts'

/** Administration of a broker, by whatever way in there is. */
export interface BrokerAdmin {
  /** `rabbitmqctl` or `management API`, for what the runner says. */
  readonly by: string
  /** Creates or updates what the definitions name, and touches nothing else. */
  importDefinitions(definitions: object): Promise<void>
  /** Lets a user look at its own vhosts in the management API. */
  allowManagement(user: string, password: string): Promise<void>
  remove(vhost: string, user: string): Promise<void>
  /** Connections in other vhosts. */
  foreignConnections(vhost: string): Promise<number>
}

/** RabbitMQ's own form of a password: 4 bytes of salt, then SHA-256 of salt and password. */
export function passwordHash(password: string): string {
  const salt = createHash('sha256').update(`salt ${password}`).digest().subarray(0, 4)
  const hash = createHash('sha256').update(salt).update(password, 'utf8').digest()
  return Buffer.concat([salt, hash]).toString('base64')
}

/** Environment of a broker of our own, whose data, cookie and log lie under `.alta/`. */
export function ownEnvironment(
  checkout: Pick<Checkout, 'id' | 'home' | 'logs'>,
  port: number,
): Record<string, string> {
  const folder = join(checkout.home, 'rabbitmq')
  return {
    HOME: folder,
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_NODENAME: `${checkout.id}@localhost`,
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_DIST_PORT: String(port + 20_000),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: checkout.logs,
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
  }
}

/**
 * Environment of the machine's own broker. Erlang wants to resolve its host name, which a container or a
 * chroot may not know; the node is then named after localhost.
 */
export async function systemEnvironment(): Promise<Record<string, string>> {
  const name = (await run('hostname', ['-s'])).stdout.trim()
  const resolves = name !== '' && (await run('getent', ['hosts', name])).code === 0
  return resolves ? {} : { RABBITMQ_NODENAME: 'rabbit@localhost' }
}

function byControl(call: (args: string[], input?: string) => Promise<RunResult>): BrokerAdmin {
  const must = async (args: string[], input?: string): Promise<string> => {
    const result = await call(args, input)
    if (result.code !== 0)
      throw new Error(`rabbitmqctl ${args[0]}: ${(result.stderr || result.stdout).trim().slice(-500)}`)
    return result.stdout
  }
  return {
    by: 'rabbitmqctl',
    importDefinitions: async (definitions) =>
      void (await must(['import_definitions'], JSON.stringify(definitions))),
    async allowManagement(user) {
      await must(['set_user_tags', user, 'management'])
    },
    async remove(vhost, user) {
      await call(['delete_vhost', vhost])
      await call(['delete_user', user])
    },
    async foreignConnections(vhost) {
      const listing = await must(['-q', 'list_connections', '--no-table-headers', 'vhost'])
      return listing.split('\n').filter((name) => name.trim() !== '' && name.trim() !== vhost).length
    },
  }
}

function byManagement(base: string, user: string, password: string): BrokerAdmin {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const call = (method: string, path: string, body?: object) =>
    fetch(`${base}/api${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(10_000),
    })
  return {
    by: 'management API',
    async importDefinitions(definitions) {
      const response = await call('POST', '/definitions', definitions)
      if (!response.ok)
        throw new Error(`the management API answered ${response.status}: ${await response.text()}`)
    },
    async allowManagement(name, password) {
      await call('PUT', `/users/${encodeURIComponent(name)}`, { password, tags: 'management' })
    },
    async remove(vhost, name) {
      await call('DELETE', `/vhosts/${encodeURIComponent(vhost)}`)
      await call('DELETE', `/users/${encodeURIComponent(name)}`)
    },
    async foreignConnections(vhost) {
      const connections = (await (await call('GET', '/connections')).json()) as { vhost: string }[]
      return connections.filter((one) => one.vhost !== vhost).length
    },
  }
}

/**
 * The words that run `rabbitmqctl` for the broker on this port from any process and folder: its own environment
 * for one of ours, as root for the machine's; undefined when that way is closed.
 */
export async function controlCommand(
  checkout: Checkout,
  port: number,
  how: Started['how'] | 'found',
): Promise<[string, ...string[]] | undefined> {
  const assign = (environment: Record<string, string>): string[] =>
    Object.entries(environment).map(([key, value]) => `${key}=${value}`)
  if (how === 'own') {
    return ['env', ...assign(ownEnvironment(checkout, port)), '/usr/lib/rabbitmq/bin/rabbitmqctl']
  }
  if (how === 'docker') return ['docker', 'exec', '-i', `${checkout.id}_rabbitmq`, 'rabbitmqctl']
  const control = await which('rabbitmqctl')
  if (!control || !(await canBeRoot())) return undefined
  const rest = [...assign(await systemEnvironment()), control]
  const words: [string, ...string[]] = isRoot ? ['env', ...rest] : ['sudo', 'env', ...rest]
  return (await call(words, ['-q', 'status'])).code === 0 ? words : undefined
}

// Not in our folder: the user that the command changes to may not be able to read it.
const call = ([command, ...words]: [string, ...string[]], args: string[], input?: string) =>
  run(command, [...words, ...args], { cwd: '/', ...(input ? { input } : {}) })

/** A way to administrate the broker on this port: its control command, else the management API; undefined when none is open. */
export async function findAdmin(
  checkout: Checkout,
  port: number,
  how: Started['how'] | 'found',
): Promise<BrokerAdmin | undefined> {
  const given = checkout.settings.ALTA_RABBITMQ_URL ? new URL(checkout.settings.ALTA_RABBITMQ_URL) : undefined
  const elsewhere = given && how !== 'own' && how !== 'docker'
  const control = elsewhere ? undefined : await controlCommand(checkout, port, how)
  if (control) return byControl((args, input) => call(control, args, input))
  const host = given?.hostname ?? '127.0.0.1'
  const base = checkout.settings.ALTA_RABBITMQ_MANAGEMENT_URL || `http://${host}:15672`
  const user = decodeURIComponent(given?.username ?? 'guest')
  const password = decodeURIComponent(given?.password ?? 'guest')
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const answer = await fetch(`${base}/api/whoami`, {
    headers: { authorization },
    signal: AbortSignal.timeout(3000),
  }).catch(
    () => undefined, // no management plugin there: this way is closed
  )
  return answer?.ok ? byManagement(base, user, password) : undefined
}
