import { may } from '@alta/kit/auth/policy'
import type { Database } from '@alta/kit/database/database'
import { badRequest, notFound } from '@alta/kit/errors'
import { decodeCursor, listOf, pageOf, pageQuery } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { isStorable } from '@alta/kit/storage/storable'
import { z } from 'zod'
import type { EventsSchema } from '../database/schema.ts'
import { chainOf } from './event.chain.ts'
import {
  chainLinkResource,
  eventDetailResource,
  eventResource,
  presentDetail,
  presentEvent,
  presentLink,
} from './event.resource.ts'
import { findCorrelated, findEvent, findEvents } from './store.repository.ts'

/** Longest chain that is shown. */
const CHAIN_LIMIT = 1_000

/** Every event of the time is read for a text, so the time has an end. */
const TEXT_DAYS = 31

const word = z.string().min(1).max(200).refine(isStorable, 'holds characters that no event can have')
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text))
const position = z.object({ time: z.iso.datetime(), position: z.number().int() })

const query = z.object({
  ...pageQuery,
  from: moment.optional().describe('Not before this time.'),
  to: moment.optional().describe('Before this time.'),
  topic: word.optional(),
  type: word.optional().describe('CloudEvents type, such as io.alta.document.approved.v1.'),
  stream: word.optional().describe('Id of the entity that the events are about.'),
  correlationId: word.optional(),
  source: word.optional().describe('Emitter, such as /documents.'),
  text: word
    .optional()
    .describe('Part of the whole event, in any case of letters; wants `from`, and reads at most 31 days.'),
})

export function eventRoutes(database: Database<EventsSchema>): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/events',
      summary: 'What has happened, newest first',
      description: 'All conditions that are given must hold.',
      tag: 'events',
      policy: may('operations:read'),
      query,
      answers: { 200: { description: 'Events of the caller’s tenant', schema: listOf(eventResource) } },
      handle: async ({ principal: { tenantId }, query: { limit, cursor, topic, ...filter } }) => {
        if (filter.from && filter.to && filter.from >= filter.to) {
          throw badRequest('invalid_range', '`from` must lie before `to`.')
        }
        if (filter.text !== undefined) requireTime(filter)
        const after = decodeCursor(position, cursor)
        const before = after && { time: new Date(after.time), position: after.position }
        const found = await database.read(tenantId, (tx) =>
          findEvents(tx, {
            tenantId,
            filter: { ...filter, topics: topic === undefined ? undefined : [topic] },
            before,
            limit: limit + 1,
          }),
        )
        const page = pageOf(found, limit, presentEvent, ({ event, position }) => ({
          time: new Date(event.time).toISOString(),
          position,
        }))
        return { status: 200, body: page }
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/events/:id',
      summary: 'One event, whole',
      tag: 'events',
      policy: may('operations:read'),
      params: z.object({ id: word }),
      answers: { 200: { description: 'The event', schema: eventDetailResource } },
      handle: async ({ principal: { tenantId }, params: { id } }) => {
        const stored = await database.read(tenantId, (tx) => findEvent(tx, tenantId, id))
        if (!stored) throw notFound('event_not_found', 'There is no such event.')
        return { status: 200, body: presentDetail(stored) }
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/events/chains/:correlationId',
      summary: 'Everything that one request set off, each event behind its cause',
      description: `The correlation id is the request id of the call at the edge. At most ${CHAIN_LIMIT} events.`,
      tag: 'events',
      policy: may('operations:read'),
      params: z.object({ correlationId: word }),
      answers: {
        200: {
          description: 'The chain',
          schema: z.object({
            items: z.array(chainLinkResource),
            complete: z.boolean().describe('False when there are more events than are shown.'),
          }),
        },
      },
      handle: async ({ principal: { tenantId }, params: { correlationId } }) => {
        const found = await database.read(tenantId, (tx) =>
          findCorrelated(tx, tenantId, correlationId, CHAIN_LIMIT + 1),
        )
        if (found.length === 0) {
          throw notFound('chain_not_found', 'No event carries this correlation id.')
        }
        const items = chainOf(found.slice(0, CHAIN_LIMIT)).map(presentLink)
        return { status: 200, body: { items, complete: found.length <= CHAIN_LIMIT } }
      },
    }),
  ]
}

/** @throws {Problem} 400 `time_required` when a text would be looked for in more than may be read */
function requireTime({ from, to = new Date() }: { from?: Date | undefined; to?: Date | undefined }): void {
  if (from && to.getTime() - from.getTime() <= TEXT_DAYS * 86_400_000) return
  throw badRequest('time_required', `To look for a text give \`from\`, and at most ${TEXT_DAYS} days.`)
}
