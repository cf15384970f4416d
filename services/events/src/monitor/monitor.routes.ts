import { may } from '@alta/kit/auth/policy'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import {
  handlerPoint,
  historyQuery,
  outboxResource,
  queuePoint,
  queueResource,
  rangeOf,
  servicePoint,
  serviceResource,
  stuckResource,
} from './monitor.resource.ts'
import type { MonitorService } from './monitor.service.ts'

const appId = z.string().min(1).max(63)
const topic = z.string().min(1).max(200)
const all = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item) })

/** What there is to see. Looking changes nothing. */
export const monitorRoutes = (monitor: MonitorService): Route[] => [
  route({
    method: 'get',
    path: '/api/v1/monitor/queues',
    summary: 'Every queue: depth, rates, age, time to drain, and what is the matter with it',
    tag: 'monitor',
    policy: may('operations:read'),
    answers: { 200: { description: 'As last sampled', schema: all(queueResource) } },
    handle: async () => ({ status: 200, body: { items: await monitor.queues() } }),
  }),
  route({
    method: 'get',
    path: '/api/v1/monitor/queues/:name/history',
    summary: 'One queue over time, the same from every replica',
    tag: 'monitor',
    policy: may('operations:read'),
    params: z.object({ name: z.string().min(1).max(255) }),
    query: historyQuery,
    answers: { 200: { description: 'Oldest first; the peak of each step', schema: all(queuePoint) } },
    handle: async ({ params: { name }, query }) => {
      const points = await monitor.queueHistory(name, rangeOf(query))
      return { status: 200, body: { items: points.map((one) => ({ ...one, at: one.at.toISOString() })) } }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/monitor/services',
    summary: 'Services with their replicas and handlers, asked now',
    tag: 'monitor',
    policy: may('operations:read'),
    answers: { 200: { description: 'One that does not answer is not alive', schema: all(serviceResource) } },
    handle: async () => ({ status: 200, body: { items: await monitor.services() } }),
  }),
  route({
    method: 'get',
    path: '/api/v1/monitor/services/:app/history',
    summary: 'One service over time',
    tag: 'monitor',
    policy: may('operations:read'),
    params: z.object({ app: appId }),
    query: historyQuery,
    answers: { 200: { description: 'Oldest first', schema: all(servicePoint) } },
    handle: async ({ params: { app }, query }) => {
      const points = await monitor.serviceHistory(app, rangeOf(query))
      return { status: 200, body: { items: points.map((one) => ({ ...one, at: one.at.toISOString() })) } }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/monitor/services/:app/handlers/:topic/history',
    summary: 'One handler over time: what it handled, what failed, how long it took',
    tag: 'monitor',
    policy: may('operations:read'),
    params: z.object({ app: appId, topic }),
    query: historyQuery,
    answers: { 200: { description: 'Oldest first; the slowest of each step', schema: all(handlerPoint) } },
    handle: async ({ params: { app, topic }, query }) => {
      const points = await monitor.handlerHistory(app, topic, rangeOf(query))
      return { status: 200, body: { items: points.map((one) => ({ ...one, at: one.at.toISOString() })) } }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/monitor/outbox',
    summary: 'What waits in every service’s outbox and inbox, and what was refused',
    tag: 'monitor',
    policy: may('operations:read'),
    answers: { 200: { description: 'Asked now', schema: all(outboxResource) } },
    handle: async () => ({ status: 200, body: { items: await monitor.outboxes() } }),
  }),
  route({
    method: 'get',
    path: '/api/v1/monitor/stuck',
    summary: 'Handlers that finish nothing any more, and those that were so within a day',
    tag: 'monitor',
    policy: may('operations:read'),
    answers: { 200: { description: 'Stuck ones first', schema: all(stuckResource) } },
    handle: async () => {
      const rows = await monitor.stuck()
      const items = rows.map((row) => ({
        app: row.app,
        topic: row.topic,
        since: row.since.toISOString(),
        noticedAt: row.noticed_at.toISOString(),
        p95Ms: row.p95_ms,
        clearedAt: row.cleared_at?.toISOString() ?? null,
      }))
      return { status: 200, body: { items } }
    },
  }),
]

const released = z.object({ released: z.number().int() })

/** What an operator can do about it; each is carried out by the service concerned, under the operator's own token. */
export const monitorActionRoutes = (monitor: MonitorService): Route[] => [
  route({
    method: 'post',
    path: '/api/v1/monitor/outbox/:app/:id/release',
    summary: 'Try an event again that the broker refused',
    tag: 'monitor',
    policy: may('operations:write'),
    params: z.object({ app: appId, id: z.uuid() }),
    answers: { 204: { description: 'It is published as soon as the broker takes it' } },
    handle: async ({ params: { app, id } }) => {
      await monitor.releaseEvent(app, id)
      return { status: 204 }
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/monitor/inbox/:app/release',
    summary: 'Repeat parked messages now: one, those of a topic, or all of a service',
    tag: 'monitor',
    policy: may('operations:write'),
    params: z.object({ app: appId }),
    body: z.strictObject({ messageId: z.string().min(1).max(200).optional(), topic: topic.optional() }),
    answers: { 200: { description: 'How many were released', schema: released } },
    handle: async ({ params: { app }, body }) => ({
      status: 200,
      body: released.parse(await monitor.releaseMessages(app, body)),
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/monitor/services/:app/handlers/:topic/pause',
    summary: 'Let a handler rest: what comes for it is kept in the inbox, on every replica',
    tag: 'monitor',
    policy: may('operations:write'),
    params: z.object({ app: appId, topic }),
    answers: {
      204: { description: 'No replica begins a message any more; those that had begun go on to their end' },
      409: { description: 'The audit log’s handler does not rest (`handler_must_run`)' },
    },
    handle: async ({ params: { app, topic } }) => {
      await monitor.pause(app, topic)
      return { status: 204 }
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/monitor/services/:app/handlers/:topic/resume',
    summary: 'Let a handler go on, with what was kept for it',
    tag: 'monitor',
    policy: may('operations:write'),
    params: z.object({ app: appId, topic }),
    answers: {
      200: { description: 'How many had waited', schema: released },
      409: { description: 'It does not rest (`handler_not_paused`)' },
    },
    handle: async ({ params: { app, topic } }) => ({
      status: 200,
      body: released.parse(await monitor.resume(app, topic)),
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/monitor/services/:app/scale',
    summary: 'Ask for so many replicas of a service',
    tag: 'monitor',
    policy: may('operations:write'),
    // No service carries it out in a transaction that would note it.
    audited: true,
    params: z.object({ app: appId }),
    body: z.strictObject({ replicas: z.number().int().min(1).max(20) }),
    answers: {
      202: {
        description: 'They come and go in their own time',
        schema: z.object({ before: z.number().int(), wanted: z.number().int() }),
      },
      409: { description: 'This installation cannot scale' },
    },
    handle: async ({ params: { app }, body: { replicas } }) => {
      const { before } = await monitor.scale(app, replicas)
      return { status: 202, body: { before, wanted: replicas } }
    },
  }),
]
