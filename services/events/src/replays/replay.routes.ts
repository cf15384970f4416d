import { may } from '@alta/kit/auth/policy'
import { decodeCursor, listOf, pageOf, pageQuery } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { isStorable } from '@alta/kit/storage/storable'
import { z } from 'zod'
import { presentPreview, presentReplay, previewResource, replayResource } from './replay.resource.ts'
import type { ReplayProgress, ReplayService } from './replay.service.ts'
import { replayEffects, replayStates } from './replay.tables.ts'

const params = z.object({ id: z.uuid() })
const position = z.object({ createdAt: z.iso.datetime(), id: z.uuid() })
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text))
const word = z.string().min(1).max(200).refine(isStorable, 'holds characters that no event can have')
const tag = 'replays'

const request = (eventsPerSecond: number) =>
  z
    .strictObject({
      consumer: word.describe('App-id of the service whose handlers run again.'),
      from: moment.describe('Events that happened at this time or later.'),
      to: moment.describe('Events that happened before this time.'),
      topics: z.array(word).min(1).max(100).optional().describe('All topics unless given.'),
      stream: word.optional().describe('Events about this entity only.'),
      effects: z.enum(replayEffects).default('muted').describe('`live` lets mails and webhooks leave.'),
      eventsPerSecond: z.number().int().min(1).max(5_000).default(eventsPerSecond),
      dryRun: z.boolean().default(false).describe('Counts and sends nothing.'),
    })
    .refine(({ from, to }) => from < to, { message: '`from` must lie before `to`', path: ['from'] })

const answers = { 200: { description: 'The replay as it is now', schema: replayResource } }
const answer = (replay: ReplayProgress) => ({ status: 200 as const, body: presentReplay(replay) })

/** @param eventsPerSecond where the caller does not say */
export function replayRoutes(replays: ReplayService, eventsPerSecond: number): Route[] {
  const action = (word: 'pause' | 'resume', path: string, summary: string) =>
    route({
      method: 'post',
      path,
      summary,
      tag,
      policy: may('operations:write'),
      params,
      answers,
      handle: async ({ principal, params: { id } }) => answer(await replays[word](principal.tenantId, id)),
    })

  return [
    route({
      method: 'post',
      path: '/api/v1/events/replays',
      summary: 'Send stored events to one consumer again, or count what that would be',
      limits: { cost: 10 },
      description:
        'Only handlers of `consumer` see the copies, each once for this replay. Unless `effects` is `live`, no mail ' +
        'or webhook leaves because of them, nor because of anything that follows from them.',
      tag,
      policy: may('operations:write'),
      idempotent: true,
      body: request(eventsPerSecond),
      answers: {
        200: { description: 'What would be sent (`dryRun`)', schema: previewResource },
        202: { description: 'The replay, which has begun', schema: replayResource },
      },
      handle: async ({ principal, body: { dryRun, ...wanted } }) => {
        if (dryRun) {
          const preview = await replays.preview(principal.tenantId, wanted)
          return { status: 200, body: presentPreview(wanted, preview) }
        }
        const replay = await replays.start(principal, wanted)
        return {
          status: 202,
          body: presentReplay(replay),
          headers: { location: `/api/v1/events/replays/${replay.id}` },
        }
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/events/replays',
      summary: 'Replays, newest first',
      tag,
      policy: may('operations:read'),
      query: z.object({ ...pageQuery, state: z.enum(replayStates).optional() }),
      answers: { 200: { description: 'Replays of the tenant', schema: listOf(replayResource) } },
      handle: async ({ principal, query: { limit, cursor, state } }) => {
        const after = decodeCursor(position, cursor)
        const before = after && { createdAt: new Date(after.createdAt), id: after.id }
        const found = await replays.list(principal.tenantId, { state, before, limit: limit + 1 })
        const page = pageOf(found, limit, presentReplay, ({ createdAt, id }) => ({
          createdAt: createdAt.toISOString(),
          id,
        }))
        return { status: 200, body: page }
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/events/replays/:id',
      summary: 'How far a replay is',
      tag,
      policy: may('operations:read'),
      params,
      answers,
      handle: async ({ principal, params: { id } }) => answer(await replays.get(principal.tenantId, id)),
    }),
    action('pause', '/api/v1/events/replays/:id/pause', 'Send no more for now'),
    action('resume', '/api/v1/events/replays/:id/resume', 'Go on where it was paused'),
    route({
      method: 'post',
      path: '/api/v1/events/replays/:id/stop',
      summary: 'End a replay; what was sent already is handled all the same',
      tag,
      policy: may('operations:write'),
      params,
      answers,
      handle: async ({ principal, params: { id } }) => answer(await replays.stop(principal, id)),
    }),
  ]
}
