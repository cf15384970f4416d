import { ALL_TOPIC, handlerOf } from '@alta/kit/events/names'
import type { Topology } from '@alta/kit/events/topology'

/** Who takes which topics, as the broker's queues say. */
export interface Consumers {
  /** App-ids, in alphabetical order. */
  readonly names: readonly string[]
  /** Names of the consumer's handlers that take a topic; none when it does not. */
  handlersOf(consumer: string, topic: string): readonly string[]
}

export function consumersOf({ queues, owners }: Topology): Consumers {
  // Queues of topics that no contract has are nets for what was lost, not handlers.
  const subscriptions = queues.filter(({ topic }) => topic === ALL_TOPIC || owners[topic] !== undefined)
  return {
    names: [...new Set(subscriptions.map(({ app }) => app))].sort(),
    handlersOf: (consumer, topic) =>
      subscriptions
        .filter((one) => one.app === consumer && (one.topic === topic || one.topic === ALL_TOPIC))
        .map((one) => handlerOf(consumer, one.topic)),
  }
}
