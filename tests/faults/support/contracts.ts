import { event } from '@alta/contracts/event'
import { contractsByTopic } from '@alta/contracts/generated/registry'
import { DEAD_LETTER_TOPIC, queueOf } from '@alta/kit/events/names'
import type { Topology } from '@alta/kit/events/topology'
import { z } from 'zod'

/** How a handler of the suite misbehaves when it is told to. */
export const poison = z.enum(['throws', 'hangs', 'exits', 'eats-memory', 'slow'])

/** A change that the producer has committed; its effect is counted by the consumer. */
export const changeMade = event({
  topic: 'change.made.v1',
  owner: 'producer',
  summary: 'The producer has entered a change into its ledger.',
  schema: z.object({
    changeId: z.uuid(),
    /** Several changes of one key come in versions. */
    key: z.string(),
    version: z.number().int().min(1),
    poison: poison.optional(),
  }),
  example: { changeId: '019a9d2e-0000-7000-8000-000000000001', key: 'a', version: 1 },
  subject: ({ changeId }) => changeId,
})

/** Nobody fails on it: while one topic is stuck, this one has to go on. */
export const noticeGiven = event({
  topic: 'notice.given.v1',
  owner: 'producer',
  summary: 'Something of another kind, for another handler of the same consumer.',
  schema: z.object({ noticeId: z.uuid() }),
  example: { noticeId: '019a9d2e-0000-7000-8000-000000000001' },
  subject: ({ noticeId }) => noticeId,
})

export const consumerTopics = [changeMade.topic, noticeGiven.topic]

/** What the kit itself emits in every service: failures, copies that were handled, changes for the audit log. */
const platformTopics = [...contractsByTopic.values()]
  .filter(({ owner }) => owner === 'every service')
  .map(({ topic }) => topic)
const topics = [...consumerTopics, ...platformTopics]
export const deadLetterQueue = queueOf('events', DEAD_LETTER_TOPIC)

/**
 * As `make generate` builds it, for two services.
 * @param witnessed whether what the kit emits comes to a queue that keeps it to be looked at. Nobody reads that queue:
 *   a transport that asks subscribers for receipts would wait for them for ever.
 */
export function faultTopology({ witnessed }: { witnessed: boolean }): Topology {
  const kept = witnessed ? [{ name: 'events-all', app: 'events', topic: 'all' }] : []
  return {
    exchanges: [...topics, 'all', DEAD_LETTER_TOPIC],
    owners: {
      ...Object.fromEntries(consumerTopics.map((topic) => [topic, 'producer'])),
      ...Object.fromEntries(platformTopics.map((topic) => [topic, 'every service'])),
    },
    queues: [
      ...consumerTopics.map((topic) => ({ name: queueOf('consumer', topic), app: 'consumer', topic })),
      ...kept,
      { name: deadLetterQueue, app: 'events', topic: DEAD_LETTER_TOPIC },
    ],
    bindings: [
      ...topics.map((exchange) => ({ exchange, to: 'exchange' as const, name: 'all' })),
      ...consumerTopics.map((topic) => ({
        exchange: topic,
        to: 'queue' as const,
        name: queueOf('consumer', topic),
      })),
      ...kept.map(({ name }) => ({ exchange: 'all', to: 'queue' as const, name })),
      { exchange: DEAD_LETTER_TOPIC, to: 'queue', name: deadLetterQueue },
    ],
  }
}
