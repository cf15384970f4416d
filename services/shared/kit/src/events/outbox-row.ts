import type { CloudEvent } from '@alta/contracts/cloud-event'
import type { EventContract } from '@alta/contracts/event'
import { currentContext } from '../http/request-context.ts'
import { randomUUIDv7 } from '../identifiers.ts'
import { currentTraceparent, traceparentContinuing } from '../telemetry/tracing.ts'

export interface OutboxRow {
  id: string
  tenantId: string
  topic: string
  /** The CloudEvent as it goes over the wire. */
  event: string
}

export interface EmitOptions {
  /** Version of the entity after the change; consumers that need order compare it. */
  sequence?: number
  /**
   * Traceparent of earlier work that this event carries on, where a person's request came in between:
   * the event joins that trace, and a link leads to the trace of the request.
   */
  continues?: string | undefined
}

/**
 * The row for one event.
 * @throws {ZodError} when the data breaks the contract: nothing invalid is ever committed.
 */
export function outboxRow<Data>(
  appId: string,
  tenantId: string,
  contract: EventContract<Data>,
  data: Data,
  options: EmitOptions = {},
): OutboxRow {
  const valid = contract.schema.parse(data)
  const context = currentContext()
  const id = randomUUIDv7()
  const traceparent = options.continues
    ? traceparentContinuing(options.continues, contract.topic)
    : currentTraceparent()
  const event: CloudEvent = {
    specversion: '1.0',
    id,
    source: `/${appId}`,
    type: contract.type,
    time: new Date().toISOString(),
    subject: contract.subject(valid),
    datacontenttype: 'application/json',
    topic: contract.topic,
    pubsubname: 'pubsub',
    tenantid: tenantId,
    correlationid: context?.correlationId ?? id,
    data: valid,
  }
  if (traceparent) event.traceparent = traceparent
  if (context?.causationId) event.causationid = context.causationId
  if (context?.muted) event.effects = 'muted'
  if (options.sequence !== undefined) event.sequence = String(options.sequence)
  return { id, tenantId, topic: contract.topic, event: JSON.stringify(event) }
}

/** The row for a copy of an event. It has an id of its own: the event's may still be in the outbox. */
export function copyRow(tenant: string, copy: CloudEvent): OutboxRow {
  const isReplay = Boolean(copy.replayfor && copy.replayid)
  const isRedelivery = copy.redelivery !== undefined && copy.replayfor === undefined
  if (!isReplay && !isRedelivery) throw new TypeError('a copy names replayfor and replayid')
  if (tenant !== '*' && tenant !== copy.tenantid) throw new TypeError('the copy belongs to another tenant')
  return { id: randomUUIDv7(), tenantId: copy.tenantid, topic: copy.topic, event: JSON.stringify(copy) }
}
