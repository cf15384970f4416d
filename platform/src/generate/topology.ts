import { queueOf } from '@alta/kit/events/names'
import type { Topology } from '@alta/kit/events/topology'
import { allExchange, deadLetterExchange, unhandledQueue, unroutedQueue } from '../topology/topology.ts'
import type { NamedContract } from './contracts.ts'
import type { Subscription } from './subscriptions.ts'

// The events service subscribes to these; until it is there the queues keep what it must not miss.
const kept = [
  { app: 'events', topic: 'message.failed.v1' },
  { app: 'events', topic: deadLetterExchange },
]

/**
 * Builds the topology from contracts and subscriptions.
 * `all` gets no queue before the events service subscribes to it: a queue behind `all` takes every
 * event, and the relay's `mandatory` flag would no longer notice that a subscriber's own queue is gone.
 */
export function buildTopology(
  contracts: readonly Pick<NamedContract, 'contract'>[],
  subscriptions: readonly Pick<Subscription, 'app' | 'topic'>[],
): Topology {
  const topics = contracts.map(({ contract }) => contract.topic)
  const queues = [...subscriptions, ...kept]
    .map(({ app, topic }) => ({ name: queueOf(app, topic), app, topic }))
    .filter((queue, index, every) => every.findIndex(({ name }) => name === queue.name) === index)
    .sort((a, b) => a.name.localeCompare(b.name))
  const handled = new Set(queues.map(({ topic }) => topic))
  const bindings: Topology['bindings'][number][] = []
  for (const topic of topics) {
    bindings.push({ exchange: topic, to: 'exchange', name: allExchange })
    if (!handled.has(topic)) bindings.push({ exchange: topic, to: 'queue', name: unhandledQueue.name })
  }
  for (const { name, topic } of queues) bindings.push({ exchange: topic, to: 'queue', name })
  bindings.push({ exchange: unroutedQueue.topic, to: 'queue', name: unroutedQueue.name })
  return {
    exchanges: [...topics, allExchange, deadLetterExchange, unroutedQueue.topic],
    owners: Object.fromEntries(contracts.map(({ contract }) => [contract.topic, contract.owner])),
    queues: [...queues, unhandledQueue, unroutedQueue],
    bindings,
  }
}
