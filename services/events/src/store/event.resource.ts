import { z } from 'zod'
import type { ChainLink } from './event.chain.ts'
import type { StoredEvent } from './store.repository.ts'

export const eventResource = z.object({
  id: z.string(),
  position: z.number().int().describe('Order of arrival in the store, with gaps.'),
  topic: z.string(),
  type: z.string(),
  source: z.string().describe('The service that emitted it.'),
  stream: z.string().describe('The entity that it is about.'),
  streamPosition: z.number().int().describe('Which event of its stream, counted from 1 in order of arrival.'),
  sequence: z.string().nullable().describe('Version of the entity after it, as the emitter says.'),
  time: z.string().describe('When it happened.'),
  storedAt: z.iso.datetime(),
  correlationId: z.string(),
  causationId: z.string().nullable().describe('The event whose handler emitted this one.'),
  traceparent: z.string().nullable(),
  muted: z.boolean().describe('It follows from a muted replay: no mail or webhook leaves because of it.'),
})

export const eventDetailResource = eventResource.extend({
  event: z.record(z.string(), z.unknown()).describe('The whole CloudEvent.'),
})

export const chainLinkResource = eventResource.extend({
  depth: z.number().int().describe('How many events led to it.'),
})

export function presentEvent({ position, streamPosition, storedAt, event }: StoredEvent) {
  return {
    id: event.id,
    position,
    topic: event.topic,
    type: event.type,
    source: event.source,
    stream: event.subject,
    streamPosition,
    sequence: event.sequence ?? null,
    time: event.time,
    storedAt: storedAt.toISOString(),
    correlationId: event.correlationid,
    causationId: event.causationid ?? null,
    traceparent: event.traceparent ?? null,
    muted: event.effects === 'muted',
  }
}

export const presentDetail = (stored: StoredEvent) => ({ ...presentEvent(stored), event: stored.event })

export const presentLink = ({ stored, depth }: ChainLink) => ({ ...presentEvent(stored), depth })
