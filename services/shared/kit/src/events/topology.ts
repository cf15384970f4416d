import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Channel, ChannelModel } from 'amqplib'

/** Exchanges, queues and bindings, generated from the contracts and every `subscriptions.ts` (`make generate`). */
export interface Topology {
  /** Durable fanout exchanges: one a topic, and `all`, which each of them is bound to. */
  exchanges: readonly string[]
  /** Who emits a topic: an app-id, or `every service`. */
  owners: Readonly<Record<string, string>>
  /** Quorum queues. */
  queues: readonly { name: string; app: string; topic: string }[]
  bindings: readonly { exchange: string; to: 'queue' | 'exchange'; name: string }[]
}

const ownTopology = fileURLToPath(new URL('../../../../../dapr/generated/topology.json', import.meta.url))

/**
 * @param given empty for the one of this checkout, as in TOPOLOGY_FILE
 * @throws {Error} that names the file when it is missing or not JSON
 */
export function readTopology(given: string): Topology {
  const file = given || ownTopology
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`cannot read the broker topology from ${file}; run "make generate"`, { cause: error })
  }
}

/** Publishes copies of what others have emitted, so every exchange is its own. */
const REPUBLISHER = 'events'

/** What one service's relay stands in for: the exchanges that it publishes to and everything that they lead to. */
export function topologyOfOwner(topology: Topology, appId: string): Topology {
  if (appId === REPUBLISHER) return topology
  const own = topology.exchanges.filter((name) =>
    ['every service', appId].includes(topology.owners[name] ?? ''),
  )
  return topologyBehind(topology, own)
}

/** These exchanges and everything that they lead to. */
export function topologyBehind(topology: Topology, exchanges: readonly string[]): Topology {
  const reached = new Set(exchanges)
  const bindings = new Set<Topology['bindings'][number]>()
  // A set hands out what is added while it is gone through: what is behind `all` belongs to it as well.
  for (const exchange of reached) {
    for (const binding of topology.bindings) {
      if (binding.exchange !== exchange) continue
      bindings.add(binding)
      if (binding.to === 'exchange') reached.add(binding.name)
    }
  }
  const queues = new Set([...bindings].filter(({ to }) => to === 'queue').map(({ name }) => name))
  return {
    ...topology,
    exchanges: topology.exchanges.filter((name) => reached.has(name)),
    queues: topology.queues.filter(({ name }) => queues.has(name)),
    bindings: topology.bindings.filter((binding) => bindings.has(binding)),
  }
}

/**
 * Declares a topology. The arguments equal daprd's own to the letter, so that either side may be first;
 * any difference would be a 406 that closes the channel. Runs on a channel of its own for that reason.
 * @throws the broker's error, which names the exchange or queue
 */
export async function assertTopology(connection: ChannelModel, topology: Topology): Promise<void> {
  const channel = await connection.createChannel()
  let reason: Error | undefined
  // Without a listener the event would end the process; what it says is thrown below.
  channel.on('error', (error: Error) => {
    reason = error
  })
  try {
    const exchange = { durable: true, autoDelete: false, internal: false }
    const queue = { durable: true, arguments: { 'x-queue-type': 'quorum' } }
    await Promise.all(topology.exchanges.map((name) => channel.assertExchange(name, 'fanout', exchange)))
    await Promise.all(topology.queues.map(({ name }) => channel.assertQueue(name, queue)))
    await bindOn(channel, topology)
    await channel.close()
  } catch (error) {
    throw reason ?? error
  }
}

/** Makes every binding anew, which changes nothing where it is there. @throws the broker's error */
export async function bindAll(connection: ChannelModel, topology: Topology): Promise<void> {
  const channel = await connection.createChannel()
  // What goes wrong is thrown by the calls; without a listener it would end the process first.
  channel.on('error', () => undefined)
  await bindOn(channel, topology)
  await channel.close()
}

const bindOn = (channel: Channel, { bindings }: Topology) =>
  Promise.all(
    bindings.map(({ to, name, exchange }) =>
      to === 'queue' ? channel.bindQueue(name, exchange, '') : channel.bindExchange(name, exchange, ''),
    ),
  )
