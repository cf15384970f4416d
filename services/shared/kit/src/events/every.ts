import type { CloudEvent } from '@alta/contracts/cloud-event'
import { contractsByTopic } from '@alta/contracts/generated/registry'
import type { Kysely } from 'kysely'
import { type HandlerScope, type Subscription, transactional } from './handlers.ts'
import { ALL_TOPIC } from './names.ts'

/**
 * Handles every event of the platform, from one queue. The event is as its emitter made it, and valid by the
 * contract of its topic; one without a contract becomes a dead letter like any other that is not understood.
 */
export function every<Schema>(
  handler: (event: CloudEvent, scope: HandlerScope<Schema>) => Promise<void>,
): Subscription {
  return {
    ...transactional(),
    topic: ALL_TOPIC,
    contractOf: (topic) => contractsByTopic.get(topic),
    // The dispatcher opens `tx` on this service's own schema.
    commit: (_result, { event, ...scope }) => handler(event, scope as HandlerScope<Schema>),
  }
}

/**
 * The same for what is one statement however many events there are: `handler` gets all events of a tenant that share
 * a transaction, which is a fraction of the work. When it fails, each of them is handled again alone.
 */
export function everyTogether<Schema>(
  handler: (events: readonly CloudEvent[], tx: Kysely<Schema>) => Promise<void>,
): Subscription {
  return {
    // The dispatcher opens `tx` on this service's own schema.
    ...every<Schema>((event, { tx }) => handler([event], tx)),
    commitTogether: (events, tx) => handler(events, tx as Kysely<Schema>),
  }
}
