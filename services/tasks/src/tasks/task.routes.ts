import { Readable } from 'node:stream'
import { taskState, taskTypeName } from '@alta/contracts/resources/task'
import { may } from '@alta/kit/auth/policy'
import { decodeCursor, listOf, pageOf, pageQuery } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { followers } from './followers.ts'
import { presentTask, presentTaskType, taskResource, taskResult, taskTypeResource } from './task.resource.ts'
import type { TaskService } from './task.service.ts'
import { taskStream } from './task.stream.ts'

const params = z.object({ id: z.uuid() })
const isTask = { description: 'The task as it is now', schema: taskResource }

const startBody = z.strictObject({
  type: taskTypeName,
  params: z.record(z.string(), z.json()).default({}).describe('What the type takes: see /api/v1/tasks/types'),
})

const retryBody = z
  .strictObject({
    only: z.literal('failed').optional().describe('What failed, or what had not been reached; else all'),
  })
  .default({})

const rowNumber = z.string().regex(/^\d{1,18}$/)

export function taskRoutes(tasks: TaskService): Route[] {
  const following = followers()

  return [
    route({
      method: 'post',
      path: '/api/v1/tasks',
      summary: 'Start a long operation',
      limits: { cost: 10 },
      description: 'Accepted means committed: the task is carried out whatever fails in between.',
      tag: 'tasks',
      policy: may('tasks:write'),
      idempotent: true,
      body: startBody,
      answers: { 202: isTask },
      handle: async ({ principal, body }) => {
        const task = await tasks.start(principal, body)
        return { status: 202, body: presentTask(task), headers: { location: `/api/v1/tasks/${task.id}` } }
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/tasks',
      summary: 'The caller’s tasks, newest first; everybody’s for operators',
      tag: 'tasks',
      policy: may('tasks:read'),
      query: z.object({
        ...pageQuery,
        type: taskTypeName.optional(),
        state: taskState.optional(),
        mine: z.stringbool().default(false).describe('For operators: only their own'),
      }),
      answers: { 200: { description: 'A page of tasks', schema: listOf(taskResource) } },
      handle: async ({ principal, query: { limit, cursor, mine, type, state } }) => {
        const before = decodeCursor(z.uuid(), cursor)
        const filter = { ...(type && { type }), ...(state && { state }), ...(before && { before }) }
        const found = await tasks.list(principal, { mine, ...filter, limit: limit + 1 })
        return { status: 200, body: pageOf(found, limit, presentTask, ({ id }) => id) }
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/tasks/types',
      summary: 'What long operations there are, and what they take',
      tag: 'tasks',
      policy: may('tasks:read'),
      answers: { 200: { description: 'All types', schema: z.object({ items: z.array(taskTypeResource) }) } },
      handle: async ({ principal }) => {
        const types = await tasks.types(principal)
        return { status: 200, body: { items: types.map(presentTaskType) } }
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/tasks/:id',
      summary: 'A task with its progress',
      tag: 'tasks',
      policy: may('tasks:read', 'task starter to look'),
      params,
      answers: { 200: isTask },
      handle: async ({ principal, params: { id } }) => ({
        status: 200,
        body: presentTask(await tasks.get(principal, id)),
      }),
    }),
    route({
      method: 'get',
      path: '/api/v1/tasks/:id/result',
      summary: 'What a task has come to, or has so far',
      tag: 'tasks',
      policy: may('tasks:read', 'task starter to look'),
      params,
      answers: { 200: { description: 'The result', schema: taskResult } },
      handle: async ({ principal, params: { id } }) => {
        const { work, state } = await tasks.get(principal, id)
        const { done, failed, total, result, error } = work ?? {
          ...{ done: 0, failed: 0, total: null, result: null, error: null },
        }
        return { status: 200, body: { state, done, failed, total, result, error } }
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/tasks/:id/failures',
      summary: 'What failed in the newest run, with reasons',
      tag: 'tasks',
      policy: may('tasks:read', 'task starter to look'),
      params,
      query: z.object(pageQuery),
      answers: {
        200: {
          description: 'A page of failures',
          schema: listOf(z.object({ item: z.string(), reason: z.string() })),
        },
      },
      handle: async ({ principal, params: { id }, query: { limit, cursor } }) => {
        const after = decodeCursor(rowNumber, cursor)
        const found = await tasks.failures(principal, id, { after, limit: limit + 1 })
        return {
          status: 200,
          body: pageOf(
            found,
            limit,
            (row) => row,
            ({ id }) => id,
          ),
        }
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/tasks/:id/log',
      summary: 'What a task has to tell, oldest first',
      tag: 'tasks',
      policy: may('tasks:read', 'task starter to look'),
      params,
      query: z.object(pageQuery),
      answers: {
        200: {
          description: 'A page of lines',
          schema: listOf(z.object({ at: z.iso.datetime(), line: z.string() })),
        },
      },
      handle: async ({ principal, params: { id }, query: { limit, cursor } }) => {
        const after = decodeCursor(rowNumber, cursor)
        const found = await tasks.log(principal, id, { after, limit: limit + 1 })
        const present = ({ at, line }: (typeof found)[number]) => ({ at: at.toISOString(), line })
        return { status: 200, body: pageOf(found, limit, present, ({ id }) => id) }
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/tasks/:id/events',
      summary: 'Follow a task: server-sent events `changed`, `progress` and `end`',
      description:
        'Send exactly `Accept: text/event-stream`. Last-Event-ID goes on where one left off. Without `end` after five ' +
        'minutes: ask again, with a token that is still valid. One person may follow twenty tasks at once.',
      tag: 'tasks',
      policy: may('tasks:read', 'task starter to look'),
      params,
      headers: z.object({
        'last-event-id': z
          .string()
          .regex(/^\d{1,9}$/)
          .optional(),
      }),
      answers: { 200: { description: 'The stream', mediaTypes: ['text/event-stream'] } },
      handle: async ({ principal, params: { id }, headers, signal }) => {
        const after = Number(headers['last-event-id'] ?? 0)
        // Refused now, while a status can still be told.
        await tasks.get(principal, id)
        const leave = following.enter(principal.userId)
        const events = taskStream((version) => tasks.follow(principal, id, version), { after, signal })
        const stream = Readable.from(events).once('close', leave)
        return { status: 200, stream, mediaType: 'text/event-stream' }
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/tasks/:id/cancel',
      summary: 'Stop a task: after the step that is running, or at `cancelBy` without it',
      tag: 'tasks',
      policy: may('tasks:write', 'task starter'),
      params,
      answers: { 202: isTask, 409: { description: 'The task is over (`invalid_transition`)' } },
      handle: async ({ principal, params: { id } }) => ({
        status: 202,
        body: presentTask(await tasks.cancel(principal, id)),
      }),
    }),
    route({
      method: 'post',
      path: '/api/v1/tasks/:id/retry',
      summary: 'Try a failed task again, all of it or only what failed',
      tag: 'tasks',
      policy: may('tasks:write', 'task starter'),
      params,
      body: retryBody,
      answers: { 202: isTask, 409: { description: 'The task has not failed (`invalid_transition`)' } },
      handle: async ({ principal, params: { id }, body: { only } }) => ({
        status: 202,
        body: presentTask(await tasks.retry(principal, id, only ?? 'all')),
      }),
    }),
  ]
}
