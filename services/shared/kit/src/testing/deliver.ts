import type { CloudEvent } from '@alta/contracts/cloud-event'
import type { EventContract } from '@alta/contracts/event'
import type { Database } from '../database/database.ts'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import type { Subscription } from '../events/handlers.ts'
import { createInbox, type DeliveryResult } from '../events/inbox-dispatch.ts'
import { ALL_TOPIC } from '../events/names.ts'
import { randomUUIDv7 } from '../identifiers.ts'

/** An event as another service would have emitted it. */
export function eventOf<Data>(
  contract: EventContract<Data>,
  data: NoInfer<Data>,
  attributes: Partial<CloudEvent> = {},
): CloudEvent {
  const id = randomUUIDv7()
  return {
    specversion: '1.0',
    id,
    source: `/${contract.owner}`,
    type: contract.type,
    time: new Date().toISOString(),
    subject: contract.subject(data),
    datacontenttype: 'application/json',
    topic: contract.topic,
    pubsubname: 'pubsub',
    tenantid: DEFAULT_TENANT,
    correlationid: id,
    data: contract.schema.parse(data),
    ...attributes,
  }
}

const settings = { INBOX_MAX_RETRIES: 5, INBOX_RETRY_DELAY: 2, INBOX_HANDLER_SECONDS: 30 }

/** Delivers events to a service's real inbox, as its sidecar would. */
export function deliverTo<Schema>(
  database: Database<Schema>,
  subscriptions: readonly Subscription[],
): (event: CloudEvent) => Promise<DeliveryResult> {
  const inbox = createInbox({ database, subscriptions, settings })
  return (event) => inbox.receive(event.topic, structuredClone(event))
}

/** Delivers events of every topic to what handles all of them. */
export function deliverAll<Schema>(
  database: Database<Schema>,
  subscriptions: readonly Subscription[],
): (event: CloudEvent) => Promise<DeliveryResult> {
  const inbox = createInbox({ database, subscriptions, settings })
  return (event) => inbox.receive(ALL_TOPIC, structuredClone(event))
}

/** Data of every event of a topic that the database holds in its outbox, oldest first. */
export async function emitted<Data>(
  admin: { query(text: string, values: unknown[]): Promise<{ rows: { event: string }[] }> },
  contract: EventContract<Data>,
): Promise<Data[]> {
  const { rows } = await admin.query('select event from outbox_events where topic = $1 order by id', [
    contract.topic,
  ])
  return rows.map(({ event }) => contract.schema.parse(JSON.parse(event).data))
}
