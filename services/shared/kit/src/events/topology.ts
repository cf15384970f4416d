import { readFileSync } from 'node:fs'
import type { ChannelModel } from 'amqplib'

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

/** @throws {Error} that names the file when it is missing or not JSON */
export function readTopology(file: string): Topology {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`cannot read the broker topology from ${file}; run "make generate"`, { cause: error })
  }
}

/** What one service's relay stands in for: the exchanges that it publishes to and everything bound to them. */
export function topologyOfOwner(topology: Topology, appId: string): Topology {
  const own = new Set(
    topology.exchanges.filter((name) => ['every service', appId].includes(topology.owners[name] ?? '')),
  )
  const bindings = topology.bindings.filter((binding) => own.has(binding.exchange))
  const bound = new Set(bindings.map((binding) => binding.name))
  return {
    ...topology,
    exchanges: topology.exchanges.filter((name) => own.has(name) || bound.has(name)),
    queues: topology.queues.filter((queue) => bound.has(queue.name)),
    bindings,
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
    await Promise.all(
      topology.bindings.map((binding) =>
        binding.to === 'queue'
          ? channel.bindQueue(binding.name, binding.exchange, '')
          : channel.bindExchange(binding.name, binding.exchange, ''),
      ),
    )
    await channel.close()
  } catch (error) {
    throw reason ?? error
  }
}
