import { may } from '@alta/kit/auth/policy'
import { etagOf } from '@alta/kit/http/etag'
import { decodeCursor, listOf, pageOf, pageQuery } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import type { Schedule } from './schedule.repository.ts'
import {
  newSchedule,
  presentRun,
  presentSchedule,
  runResource,
  scheduleChange,
  scheduleResource,
} from './schedule.resource.ts'
import type { ScheduleService } from './schedule.service.ts'

const params = z.object({ id: z.uuid() })
const headers = z.object({ 'if-match': z.string().max(200).optional() })
const answers = { 200: { description: 'The schedule as it is now', schema: scheduleResource } }

const answer = (row: Schedule) => ({
  status: 200 as const,
  body: presentSchedule(row),
  headers: { etag: etagOf(row.version) },
})

export const scheduleRoutes = (schedules: ScheduleService): Route[] => [
  route({
    method: 'post',
    path: '/api/v1/schedules',
    summary: 'Have a task started again and again',
    description: 'Each tick is fired once, however many replicas run and whatever dies.',
    tag: 'schedules',
    policy: may('operations:write'),
    idempotent: true,
    body: newSchedule,
    answers: { 201: { description: 'The schedule', schema: scheduleResource } },
    handle: async ({ principal, body }) => {
      const row = await schedules.create(principal, body)
      const location = `/api/v1/schedules/${row.id}`
      return { ...answer(row), status: 201, headers: { etag: etagOf(row.version), location } }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/schedules',
    summary: 'Schedules with their last and next runs',
    tag: 'schedules',
    policy: may('operations:read'),
    query: z.object(pageQuery),
    answers: { 200: { description: 'Newest first', schema: listOf(scheduleResource) } },
    handle: async ({ principal, query: { cursor, limit } }) => {
      const rows = await schedules.list(principal, decodeCursor(z.uuid(), cursor), limit + 1)
      return { status: 200, body: pageOf(rows, limit, presentSchedule, ({ id }) => id) }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/schedules/:id',
    summary: 'One schedule',
    tag: 'schedules',
    policy: may('operations:read'),
    params,
    answers,
    handle: async ({ principal, params: { id } }) => answer(await schedules.get(principal, id)),
  }),
  route({
    method: 'patch',
    path: '/api/v1/schedules/:id',
    summary: 'Change when or with what it runs',
    tag: 'schedules',
    policy: may('operations:write'),
    params,
    headers,
    body: scheduleChange,
    answers,
    handle: async ({ principal, params: { id }, headers: { 'if-match': ifMatch }, body }) =>
      answer(await schedules.change(principal, id, body, ifMatch)),
  }),
  route({
    method: 'delete',
    path: '/api/v1/schedules/:id',
    summary: 'Remove a schedule; tasks that it has started go on',
    tag: 'schedules',
    policy: may('operations:write'),
    params,
    answers: { 204: { description: 'Gone' } },
    handle: async ({ principal, params: { id } }) => {
      await schedules.remove(principal, id)
      return { status: 204 }
    },
  }),
  ...(['pause', 'resume'] as const).map((verb) =>
    route({
      method: 'post',
      path: verb === 'pause' ? '/api/v1/schedules/:id/pause' : '/api/v1/schedules/:id/resume',
      summary: verb === 'pause' ? 'Let no tick fire until it is resumed' : 'Go on with the next tick to come',
      tag: 'schedules',
      policy: may('operations:write'),
      params,
      answers,
      handle: async ({ principal, params: { id } }) =>
        answer(await schedules.pause(principal, id, verb === 'pause')),
    }),
  ),
  route({
    method: 'post',
    path: '/api/v1/schedules/:id/run',
    summary: 'Run it now, beside its ticks',
    tag: 'schedules',
    policy: may('operations:write'),
    params,
    idempotent: true,
    answers: { 202: { description: 'The task that was started', schema: z.object({ taskId: z.uuid() }) } },
    handle: async ({ principal, params: { id } }) => {
      const taskId = await schedules.run(principal, id)
      return { status: 202, body: { taskId }, headers: { location: `/api/v1/tasks/${taskId}` } }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/schedules/:id/runs',
    summary: 'When it was fired, and which task that started',
    tag: 'schedules',
    policy: may('operations:read'),
    params,
    query: z.object(pageQuery),
    answers: { 200: { description: 'Newest first', schema: listOf(runResource) } },
    handle: async ({ principal, params: { id }, query: { cursor, limit } }) => {
      const before = decodeCursor(z.iso.datetime(), cursor)
      const rows = await schedules.runs(principal, id, before ? new Date(before) : undefined, limit + 1)
      return { status: 200, body: pageOf(rows, limit, presentRun, ({ tick_at }) => tick_at.toISOString()) }
    },
  }),
]
