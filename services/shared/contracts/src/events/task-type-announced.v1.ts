import { z } from 'zod'
import { event } from '../event.ts'
import { taskTypeName } from '../resources/task.ts'

export const taskTypeAnnounced = event({
  topic: 'task-type.announced.v1',
  owner: 'every service',
  summary: 'A service says which long operation it can carry out; repeated at each of its starts.',
  schema: z.object({
    type: taskTypeName,
    title: z.string().min(1).max(200),
    /** App-id of the service that carries out its steps. */
    app: z.string().min(1).max(100),
    /** What somebody must be permitted to start one. */
    permission: z.string().min(1).max(100),
    /** JSON Schema (2020-12) of `params`, as callers write them. */
    params: z.record(z.string(), z.json()),
    /** Until a step that was not answered counts as lost. */
    stepSeconds: z.number().int().min(1).max(86_400),
  }),
  example: {
    type: 'document-reprocessing',
    title: 'Read documents again',
    app: 'documents',
    permission: 'documents:write',
    params: { type: 'object', properties: { status: { type: 'string' } } },
    stepSeconds: 60,
  },
  subject: (data) => data.type,
})
