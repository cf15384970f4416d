import { may } from '@alta/kit/auth/policy'
import type { Database } from '@alta/kit/database/database'
import { decodeCursor, listOf, pageOf, pageQuery } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { isStorable } from '@alta/kit/storage/storable'
import { z } from 'zod'
import type { EventsSchema } from '../database/schema.ts'
import { findCounts } from './event-counts.ts'
import type { Generation } from './generation.repository.ts'
import type { ReadModelService, ReadModelState } from './read-model.service.ts'

const tag = 'read models'
const params = z.object({ name: z.string().max(100) })
const topic = z.string().min(1).max(200).refine(isStorable, 'holds characters that no topic can have')
/** PostgreSQL knows no year 0. */
const day = z.iso.date().refine((text) => text >= '0001', 'must be of the year 1 or later')
const position = z.object({ day, topic })

const generationResource = z.object({
  generation: z.number().int(),
  position: z.number().int().describe('Of the event store; everything at or below it is in.'),
  events: z.number().int(),
  startedAt: z.iso.datetime(),
})

const readModelResource = z.object({
  name: z.string(),
  title: z.string(),
  active: generationResource,
  building: generationResource
    .extend({
      startedBy: z.uuid().nullable(),
      progress: z.number().min(0).max(1).describe('Of the way to where the active one was at the start.'),
      caughtUp: z.boolean(),
    })
    .nullable(),
  differing: z
    .number()
    .int()
    .nullable()
    .describe(
      'Entries of all tenants in which the two differ, at one moment; null while they cannot be compared.',
    ),
  differences: z
    .array(z.object({ entry: z.string(), active: z.number().nullable(), building: z.number().nullable() }))
    .nullable()
    .describe('The first hundred of the caller’s tenant.'),
})

const answers = { 200: { description: 'The read model as it is now', schema: readModelResource } }

export function readModelRoutes(database: Database<EventsSchema>, models: ReadModelService): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/events/counts',
      summary: 'Events by day (UTC) and topic, latest day first',
      tag,
      policy: may('operations:read'),
      query: z.object({
        ...pageQuery,
        from: day.optional().describe('First day.'),
        to: day.optional().describe('Last day.'),
        topic: topic.optional(),
      }),
      answers: {
        200: {
          description: 'Counts of the caller’s tenant',
          schema: listOf(z.object({ day: z.iso.date(), topic: z.string(), events: z.number().int() })),
        },
      },
      handle: async ({ principal: { tenantId }, query: { limit, cursor, ...wanted } }) => {
        const after = decodeCursor(position, cursor)
        const found = await database.read(tenantId, (tx) =>
          findCounts(tx, { ...wanted, tenantId, after, limit: limit + 1 }),
        )
        return {
          status: 200,
          body: pageOf(
            found,
            limit,
            (row) => row,
            ({ day, topic }) => ({ day, topic }),
          ),
        }
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/events/read-models',
      summary: 'What is built from the event store, and how far',
      tag,
      policy: may('operations:read'),
      answers: {
        200: { description: 'Read models', schema: z.object({ items: z.array(readModelResource) }) },
      },
      handle: async ({ principal }) => ({
        status: 200,
        body: { items: (await models.list(principal)).map(present) },
      }),
    }),
    route({
      method: 'post',
      path: '/api/v1/events/read-models/:name/rebuild',
      summary: 'Build a read model anew beside the one in use',
      tag,
      policy: may('operations:write'),
      params,
      answers,
      handle: async ({ principal, params: { name } }) => ({
        status: 200,
        body: present(await models.rebuild(principal, name)),
      }),
    }),
    route({
      method: 'post',
      path: '/api/v1/events/read-models/:name/switch',
      summary: 'Use the new one and drop the old',
      description:
        'Refused while the new one has not caught up, and when the two differ, unless that is accepted.',
      tag,
      policy: may('operations:write'),
      params,
      body: z
        .strictObject({ acceptDifferences: z.boolean().default(false) })
        .default({ acceptDifferences: false }),
      answers,
      handle: async ({ principal, params: { name }, body }) => ({
        status: 200,
        body: present(await models.switch(principal, name, body.acceptDifferences)),
      }),
    }),
    route({
      method: 'post',
      path: '/api/v1/events/read-models/:name/abort',
      summary: 'Drop the new one; the one in use stays',
      tag,
      policy: may('operations:write'),
      params,
      answers,
      handle: async ({ principal, params: { name } }) => ({
        status: 200,
        body: present(await models.abort(principal, name)),
      }),
    }),
  ]
}

const presentGeneration = ({ generation, position, events, startedAt }: Generation) => ({
  generation,
  position,
  events,
  startedAt: startedAt.toISOString(),
})

function present({ name, title, active, building, comparison }: ReadModelState) {
  return {
    name,
    title,
    active: presentGeneration(active),
    building: building
      ? {
          ...presentGeneration(building),
          startedBy: building.startedBy,
          progress: building.target === 0 ? 1 : Math.min(1, building.position / building.target),
          caughtUp: building.position === active.position,
        }
      : null,
    differing: comparison?.differing ?? null,
    differences: comparison ? [...comparison.shown] : null,
  }
}
