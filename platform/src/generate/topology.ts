import { queueOf } from '@alta/kit/events/names'
import type { Topology } from '@alta/kit/events/topology'
import { allExchange, deadLetterExchange, unroutedQueue } from '../topology/topology.ts'
import type { NamedContract } from './contracts.ts'
import type { Subscription } from './subscriptions.ts'

// What the events service must not miss, also where it has never been started.
const kept = [
  { app: 'events', topic: allExchange },
  { app: 'events', topic: 'message.failed.v1' },
  { app: 'events', topic: deadLetterExchange },
]

/**
 * Builds the topology from contracts and subscriptions.
 * The queue behind `all` takes every event, so the relay's `mandatory` flag proves that the event store will
 * have it and says nothing of the subscribers' own queues: those the relays declare again and again.
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
  const bindings: Topology['bindings'][number][] = topics.map((topic) => ({
    exchange: topic,
    to: 'exchange',
    name: allExchange,
  }))
  for (const { name, topic } of queues) bindings.push({ exchange: topic, to: 'queue', name })
  bindings.push({ exchange: unroutedQueue.topic, to: 'queue', name: unroutedQueue.name })
  return {
    exchanges: [...topics, allExchange, deadLetterExchange, unroutedQueue.topic],
    owners: Object.fromEntries(contracts.map(({ contract }) => [contract.topic, contract.owner])),
    queues: [...queues, unroutedQueue],
    bindings,
  }
}
