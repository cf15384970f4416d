import type { CloudEvent } from '@alta/contracts/cloud-event'
import { messageHandled } from '@alta/contracts/events/message-handled.v1'
import { faultsOf, PermanentError } from './errors.ts'
import type { HandlerScope, Message, Subscription } from './handlers.ts'
import type { InboxKey } from './inbox.ts'
import { handlerOf } from './names.ts'

/** Owner of the contracts of the platform itself. */
const EVERY_SERVICE = 'every service'

/** An event with its handler, once both are known to fit. */
export interface Delivery {
  subscription: Subscription
  event: CloudEvent
  data: unknown
  message: Message
}

/**
 * Checks type, source and data of an event against its contract.
 * @throws {PermanentError} `unknown_topic`, `unknown_type`, `unknown_source`, or `schema_validation_failed` with the faults
 */
export function openDelivery(subscription: Subscription | undefined, event: CloudEvent): Delivery {
  const contract = subscription?.contractOf(event.topic)
  if (!subscription || !contract)
    throw new PermanentError('unknown_topic', `nothing here handles ${event.topic}`)
  if (event.type !== contract.type) {
    const message = `the event says ${event.type} where ${contract.type} is expected`
    throw new PermanentError('unknown_type', message)
  }
  if (contract.owner !== EVERY_SERVICE && event.source !== `/${contract.owner}`) {
    const message = `${event.source} emitted what only ${contract.owner} may emit`
    throw new PermanentError('unknown_source', message)
  }
  const data = contract.schema.safeParse(event.data)
  if (!data.success) {
    const faults = faultsOf(data.error, 'data')
    const message = faults.map((fault) => `${fault.path}: ${fault.message}`).join('; ')
    throw new PermanentError('schema_validation_failed', message, { faults })
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
    muted: event.effects === 'muted',
    traceparent: event.traceparent,
  }
}

/** A replay runs under a key of its own, once for each replay. */
export function inboxKeyOf(appId: string, topic: string, event: CloudEvent): InboxKey {
  const handler = handlerOf(appId, topic)
  const replayed = event.replayfor ? `${handler}#${event.replayid ?? 'replay'}` : handler
  return { messageId: event.id, source: event.source, handler: replayed }
}

/** The effect of a delivery, in the transaction of its inbox row; of a copy also the word that it was handled. */
export async function takeEffect(
  appId: string,
  delivery: Delivery,
  result: unknown,
  scope: HandlerScope<unknown>,
): Promise<void> {
  const { subscription, event, data } = delivery
  await subscription.commit(result, { ...scope, event, data })
  tellHandled(appId, delivery, scope)
}

/** Of a copy: the word that it was handled. */
export function tellHandled(
  appId: string,
  { subscription, event }: Delivery,
  scope: Pick<HandlerScope<unknown>, 'emit'>,
): void {
  if (!event.replayfor || !event.replayid) return
  scope.emit(messageHandled, {
    app: appId,
    handler: handlerOf(appId, subscription.topic),
    messageId: event.id,
    source: event.source,
    topic: event.topic,
    replayId: event.replayid,
  })
}
