import { deadLetterExchange, unroutedQueue } from './topology.ts'

export interface Policy {
  readonly name: string
  readonly pattern: string
  readonly 'apply-to': 'queues' | 'exchanges'
  readonly definition: Record<string, string | number>
  readonly priority: number
}

const kept = [`events-${deadLetterExchange}`, unroutedQueue.name]

/**
 * Broker policies: what Dapr cannot say in a queue's arguments. They are the last net, below the handlers'
 * own parking and Dapr's dead letter topic.
 * An alternate exchange for the events' own exchanges is left out on purpose: a message that it takes is
 * no longer returned to the relay, which would then complete an event that reached none of its handlers.
 * What only daprd publishes to, which never asks for returns, has one.
 */
export const policies: readonly Policy[] = [
  {
    name: 'alta-work',
    // Not for the queues where dead letters end: they would go round in a circle.
    pattern: `^(?!(${kept.join('|')})$)`,
    'apply-to': 'queues',
    // A message that kills its handler's process every time never reaches any code that could give up on it.
    definition: {
      'delivery-limit': 20,
      'dead-letter-exchange': deadLetterExchange,
      'dead-letter-strategy': 'at-least-once',
      overflow: 'reject-publish',
    },
    priority: 1,
  },
  {
    name: 'alta-unrouted',
    pattern: `^${deadLetterExchange}$`,
    'apply-to': 'exchanges',
    definition: { 'alternate-exchange': unroutedQueue.topic },
    priority: 1,
  },
]

/** The policies as RabbitMQ's definitions, for one vhost. */
export const policyDefinitions = (vhost: string): { policies: object[] } => ({
  policies: policies.map((policy) => ({ vhost, ...policy })),
})
