import type { CloudEvent } from '@alta/contracts/cloud-event'
import { PermanentError } from './errors.ts'
import type { Message, Subscription } from './handlers.ts'
import type { InboxKey } from './inbox.ts'
import { handlerOf } from './names.ts'

/** An event with its handler, once both are known to fit. */
export interface Delivery {
  subscription: Subscription
  event: CloudEvent
  data: unknown
  message: Message
}

/**
 * Checks type and data of an event against the contract of its handler.
 * @throws {PermanentError} `unknown_topic`, `unknown_type`, or `schema_validation_failed` with the failing paths
 */
export function openDelivery(
  subscription: Subscription | undefined,
  topic: string,
  event: CloudEvent,
): Delivery {
  if (!subscription) throw new PermanentError('unknown_topic', `nothing here handles ${topic}`)
  const { contract } = subscription
  if (event.type !== contract.type) {
    throw new PermanentError(
      'unknown_type',
      `the event says ${event.type} where ${contract.type} is expected`,
    )
  }
  const data = contract.schema.safeParse(event.data)
  if (!data.success) {
    const faults = data.error.issues
      .map((issue) => `data.${issue.path.join('.')}: ${issue.message}`)
      .join('; ')
    throw new PermanentError('schema_validation_failed', faults)
  }
  return { subscription, event, data: data.data, message: messageOf(event) }
}

export function messageOf(event: CloudEvent): Message {
  return {
    id: event.id,
    source: event.source,
    topic: event.topic,
    subject: event.subject,
    tenantId: event.tenantid,
    correlationId: event.correlationid,
    sequence: event.sequence === undefined ? undefined : Number(event.sequence),
    time: new Date(event.time),
    replay: event.replayfor !== undefined,
    traceparent: event.traceparent,
  }
}

/** A replay runs under a key of its own, once for each replay. */
export function inboxKeyOf(appId: string, topic: string, event: CloudEvent): InboxKey {
  const handler = handlerOf(appId, topic)
  const replay = typeof event.replayid === 'string' ? `#${event.replayid}` : '#replay'
  return { messageId: event.id, source: event.source, handler: event.replayfor ? handler + replay : handler }
}
