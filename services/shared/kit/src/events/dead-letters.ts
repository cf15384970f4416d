import { createHash } from 'node:crypto'
import { type CloudEvent, cloudEvent } from '@alta/contracts/cloud-event'
import type { EventContract } from '@alta/contracts/event'
import { z } from 'zod'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { type HandlerScope, type Subscription, transactional } from './handlers.ts'
import { DEAD_LETTER_TOPIC } from './names.ts'

/** What daprd or the broker has given up on: bytes without a word about the reason. */
export interface DeadLetter {
  body: Buffer
  /** SHA-256 of the body in hexadecimal. */
  digest: string
  /** The event in it, when it is one. */
  event: CloudEvent | undefined
  /** The topic that it names, as far as it can be read. */
  topic: string | undefined
}

const wrapped = z.object({ body: z.base64() })

/** Not between services: the inbox keeps a raw dead letter as the event that this describes. */
const contract: EventContract<z.infer<typeof wrapped>> = {
  topic: DEAD_LETTER_TOPIC,
  type: `io.alta.${DEAD_LETTER_TOPIC}`,
  owner: 'every service',
  summary: 'A message that no handler could take.',
  schema: wrapped,
  example: { body: '' },
  subject: () => DEAD_LETTER_TOPIC,
  slow: false,
}

/**
 * Handles what reached no handler: undecodable bodies, and messages whose app never answered. The same bytes are
 * handled once. Nothing is below this: what the handler fails at is repeated from the inbox like any message.
 */
export function deadLetters<Schema>(
  handler: (letter: DeadLetter, scope: HandlerScope<Schema>) => Promise<void>,
): Subscription {
  return {
    ...transactional(),
    topic: DEAD_LETTER_TOPIC,
    // The event is made by `wrap` below, with this contract's data.
    contractOf: () => contract as EventContract,
    wrap,
    commit: (_result, { event, data, ...scope }) => {
      const body = Buffer.from(wrapped.parse(data).body, 'base64')
      const letter = { body, digest: event.id, ...contentOf(body) }
      // The dispatcher opens `tx` on this service's own schema.
      return handler(letter, scope as HandlerScope<Schema>)
    },
  }
}

/** What daprd delivers raw (`data_base64`), as an event that is the same for the same bytes. */
function wrap(delivery: unknown): CloudEvent {
  const raw = z.object({ data_base64: z.base64() }).safeParse(delivery)
  const body = raw.success
    ? Buffer.from(raw.data.data_base64, 'base64')
    : Buffer.from(JSON.stringify(delivery) ?? '')
  const { event } = contentOf(body)
  const id = createHash('sha256').update(body).digest('hex')
  return {
    specversion: '1.0',
    id,
    source: `/${DEAD_LETTER_TOPIC}`,
    type: contract.type,
    time: new Date().toISOString(),
    subject: event?.subject ?? DEAD_LETTER_TOPIC,
    datacontenttype: 'application/json',
    topic: DEAD_LETTER_TOPIC,
    pubsubname: 'pubsub',
    tenantid: event?.tenantid ?? DEFAULT_TENANT,
    correlationid: event?.correlationid ?? id,
    ...(event?.traceparent && { traceparent: event.traceparent }),
    data: { body: body.toString('base64') },
  }
}

function contentOf(body: Buffer): Pick<DeadLetter, 'event' | 'topic'> {
  const content = jsonOf(body)
  const event = cloudEvent.safeParse(content).data
  return { event, topic: event?.topic ?? z.object({ topic: z.string() }).safeParse(content).data?.topic }
}

/** Undefined for what is not JSON, which is a common reason for being a dead letter. */
function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}
