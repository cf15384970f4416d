import { may } from '@alta/kit/auth/policy'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import type { Generation } from './generation.repository.ts'
import type { ReadModelState, RebuildService } from './rebuild.service.ts'

const tag = 'read models'

const generationResource = z.object({ generation: z.number().int(), startedAt: z.iso.datetime() })
const figures = z.record(z.string(), z.unknown()).nullable()

const readModelResource = z.object({
  active: generationResource,
  building: generationResource
    .extend({
      startedBy: z.uuid().nullable(),
      replayId: z.uuid().nullable().describe('Of the events service; null when nothing was stored.'),
      progress: z.number().min(0).max(1).describe('Of the stored events, those that were counted anew.'),
      failed: z.number().int().describe('Of them, those that could not be counted: they are dead letters.'),
      caughtUp: z.boolean(),
    })
    .nullable(),
  differing: z.number().int().nullable().describe('Rows that differ; null while the two cannot be compared.'),
  differences: z
    .array(z.object({ table: z.string(), entry: z.string(), active: figures, building: figures }))
    .nullable()
    .describe('The first hundred.'),
})

const answers = { 200: { description: 'The figures as they are built', schema: readModelResource } }

export const rebuildRoutes = (service: RebuildService): Route[] => [
  route({
    method: 'get',
    path: '/api/v1/analytics/read-model',
    summary: 'Which figures are in use, and how far a rebuild is',
    tag,
    policy: may('operations:read'),
    limits: { cost: 5 },
    answers,
    handle: async ({ principal }) => ({ status: 200, body: present(await service.state(principal)) }),
  }),
  route({
    method: 'post',
    path: '/api/v1/analytics/read-model/rebuild',
    summary: 'Count everything anew from the stored events, beside the figures in use',
    description: 'Of the caller’s tenant. The events service sends what it has kept, by a replay.',
    tag,
    policy: may('operations:write'),
    limits: { cost: 10 },
    answers,
    handle: async ({ principal }) => ({ status: 200, body: present(await service.rebuild(principal)) }),
  }),
  route({
    method: 'post',
    path: '/api/v1/analytics/read-model/switch',
    summary: 'Use the new figures and drop the old',
    description: 'Refused while not everything has come, and when the two differ, unless that is accepted.',
    tag,
    policy: may('operations:write'),
    limits: { cost: 10 },
    body: z
      .strictObject({ acceptDifferences: z.boolean().default(false) })
      .default({ acceptDifferences: false }),
    answers,
    handle: async ({ principal, body }) => ({
      status: 200,
      body: present(await service.switch(principal, body.acceptDifferences)),
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/analytics/read-model/abort',
    summary: 'Drop the new figures; those in use stay',
    tag,
    policy: may('operations:write'),
    answers,
    handle: async ({ principal }) => ({ status: 200, body: present(await service.abort(principal)) }),
  }),
]

const presentGeneration = ({ generation, startedAt }: Generation) => ({
  generation,
  startedAt: startedAt.toISOString(),
})

function present({ active, building, replay, caughtUp, comparison }: ReadModelState) {
  const { handled = 0, failed = 0, total = null } = replay ?? {}
  const progress = caughtUp ? 1 : total ? Math.min(1, (handled + failed) / total) : 0
  return {
    active: presentGeneration(active),
    building: building
      ? {
          ...presentGeneration(building),
          startedBy: building.startedBy,
          replayId: building.replayId,
          progress,
          failed,
          caughtUp,
        }
      : null,
    differing: comparison?.differing ?? null,
    differences: comparison ? [...comparison.shown] : null,
  }
}
