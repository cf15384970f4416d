import type { Checkout } from '../checkout.ts'
import { type Say, StepFailed } from '../console/steps.ts'
import { claimPorts } from '../ports.ts'
import { canInstall, install } from '../system/apt.ts'
import { waitForClaim } from '../system/mutex.ts'
import { accepts, until } from '../system/network.ts'
import { canBeRoot, isRoot } from '../system/privilege.ts'
import { dockerRuns, startContainer, stopContainer } from './docker.ts'
import { readStarted, recordStarted, type Started } from './started.ts'

/** What differs between PostgreSQL, Redis and RabbitMQ when one of them has to be found, started or installed. */
export interface Server {
  readonly name: 'postgres' | 'redis' | 'rabbitmq'
  readonly defaultPort: number
  readonly packages: readonly string[]
  installed(): Promise<boolean>
  /** True when we can do our work on what answers on this port (a role, a vhost of our own). */
  usable(port: number, how: Started['how'] | 'found'): Promise<boolean>
  /** Starts the machine's own server on its default port, as root. */
  startSystem?(checkout: Checkout): Promise<void>
  stopSystem?(checkout: Checkout): Promise<void>
  /** Starts a server of ours with its data under `.alta/` on this port. */
  startOwn(checkout: Checkout, port: number): Promise<void>
  stopOwn(checkout: Checkout, port: number): Promise<void>
  /** Number of clients that are not this platform's; a server in use by others is not stopped. */
  foreignClients(port: number, how: Started['how']): Promise<number>
  readonly container: { image: string; environment(): Record<string, string> }
}

export interface Running {
  readonly port: number
  readonly how: Started['how'] | 'found'
}

/**
 * Makes sure that the server runs: what answers, else what is installed, else what can be installed.
 * @throws {StepFailed} when none of these ways is open.
 */
export async function ensureServer(server: Server, checkout: Checkout, say: Say): Promise<Running> {
  // Two checkouts may come up at once; only one of them starts or installs a shared server.
  const turn = await waitForClaim(`server-${server.name}`, () =>
    say('waiting for another checkout that is starting it'),
  )
  try {
    const previous = (await readStarted(checkout))[server.name]
    const running = previous ? await continueWith(server, checkout, previous, say) : undefined
    if (running) return running
    const port = server.defaultPort
    if (await accepts(port)) {
      if (await server.usable(port, 'found')) {
        say(`answers on 127.0.0.1:${port}`)
        return { port, how: 'found' }
      }
      say(`port ${port} answers, but gives us no way in; starting one of our own`)
      return await startAside(server, checkout, say)
    }
    if (!(await server.installed())) {
      if (!(await canInstall())) return await startAside(server, checkout, say)
      await install(server.packages, checkout.logs, say)
    }
    if (server.startSystem && (await canBeRoot())) return await startSystem(server, checkout, say)
    return await startAside(server, checkout, say)
  } finally {
    turn.release()
  }
}

async function continueWith(server: Server, checkout: Checkout, { how, port }: Started, say: Say) {
  if (await accepts(port)) {
    if (!(await server.usable(port, how))) return undefined
    say(`answers on 127.0.0.1:${port}`)
    return { port, how }
  }
  say(`starting it again (${how}, port ${port})`)
  if (how === 'system') return startSystem(server, checkout, say)
  if (how === 'docker') return startDocker(server, checkout, say)
  return startOwn(server, checkout, port, say)
}

async function startSystem(server: Server, checkout: Checkout, say: Say): Promise<Running> {
  say('installed but not running: starting it')
  await server.startSystem?.(checkout)
  return await started(server, checkout, { how: 'system', port: server.defaultPort }, say)
}

async function startAside(server: Server, checkout: Checkout, say: Say): Promise<Running> {
  const free = !(await accepts(server.defaultPort))
  const port = free ? server.defaultPort : ((await claimPorts(checkout, [server.name]))[server.name] ?? 0)
  // PostgreSQL and RabbitMQ refuse to run as root; as root we have the machine's own servers.
  if ((await server.installed()) && (!isRoot || server.name === 'redis'))
    return startOwn(server, checkout, port, say)
  if (await dockerRuns()) return startDocker(server, checkout, say)
  throw new StepFailed(
    `it does not answer on 127.0.0.1:${server.defaultPort} in a way we can use, cannot be installed from here and no Docker engine runs`,
    `sudo apt-get install ${server.packages.join(' ')}, or set its address in .env (see .env.example)`,
  )
}

async function startOwn(server: Server, checkout: Checkout, port: number, say: Say): Promise<Running> {
  say(`starting one of our own on port ${port}, data under .alta/`)
  await server.startOwn(checkout, port)
  return started(server, checkout, { how: 'own', port }, say)
}

async function startDocker(server: Server, checkout: Checkout, say: Say): Promise<Running> {
  const port = (await claimPorts(checkout, [server.name]))[server.name] ?? 0
  say(`starting a container of ${server.container.image} on port ${port}`)
  const { image, environment } = server.container
  await startContainer(`${checkout.id}_${server.name}`, image, port, server.defaultPort, environment())
  return started(server, checkout, { how: 'docker', port }, say)
}

async function started(
  server: Server,
  checkout: Checkout,
  { how, port }: Started,
  say: Say,
): Promise<Running> {
  await recordStarted(checkout, server.name, { how, port })
  const ready = await until(async () => (await accepts(port)) && server.usable(port, how), 60_000, 500)
  if (!ready)
    throw new StepFailed(`started, but it does not answer on port ${port}`, `look into ${checkout.logs}`)
  say(`runs on 127.0.0.1:${port}`)
  return { port, how }
}

/** Clients of others on a server that `make up` started; 0 for one that it did not start. */
export async function othersOn(server: Server, checkout: Checkout): Promise<number> {
  const record = (await readStarted(checkout))[server.name]
  if (!record || record.how === 'docker' || !(await accepts(record.port))) return 0
  return server.foreignClients(record.port, record.how)
}

/**
 * Stops the server if `make up` started it.
 * @param others clients of others, asked before any data was removed: a server in use is left running
 */
export async function stopServer(
  server: Server,
  checkout: Checkout,
  others: number,
  say: Say,
): Promise<void> {
  const record = (await readStarted(checkout))[server.name]
  if (!record) return
  if (await accepts(record.port)) {
    if (others > 0) {
      say(`left running: ${others} other clients use it`)
      return
    }
    say('stopping it, as we started it')
    if (record.how === 'system') await server.stopSystem?.(checkout)
    else if (record.how === 'own') await server.stopOwn(checkout, record.port)
    else await stopContainer(`${checkout.id}_${server.name}`)
  }
  // Our own data stays where it is: the record tells the next `make up` to start the same server again.
  if (record.how === 'system') await recordStarted(checkout, server.name, undefined)
}
