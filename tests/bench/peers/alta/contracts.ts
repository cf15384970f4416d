import { queueOf } from '@alta/kit/events/names'
import type { Topology } from '@alta/kit/events/topology'
import { byOutbox, byRelay } from '../../messaging/contracts.ts'

/** The service with the effects. The events are those of the latency bench, whose owner sends them. */
export const receiver = 'bench-receiver'

export const contracts = [byRelay, byOutbox]
const queues = contracts.map(({ topic }) => ({ name: queueOf(receiver, topic), app: receiver, topic }))

/** One durable exchange and one quorum queue for each. */
export const topology: Topology = {
  exchanges: contracts.map(({ topic }) => topic),
  owners: {},
  queues,
  bindings: queues.map(({ name, topic }) => ({ exchange: topic, to: 'queue', name })),
}
