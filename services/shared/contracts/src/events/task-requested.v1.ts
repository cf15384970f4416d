import { z } from 'zod'
import { event } from '../event.ts'
import { taskActor, taskTypeName } from '../resources/task.ts'

export const taskRequested = event({
  topic: 'task.requested.v1',
  owner: 'every service',
  summary:
    'A long operation has been accepted and must be carried out; whoever asks has checked that it may be.',
  schema: z.object({
    /** A version 7 UUID that the requester has chosen, so that it can point to the task at once. */
    taskId: z.uuidv7(),
    type: taskTypeName,
    params: z.record(z.string(), z.json()),
    actor: taskActor,
    /** A second request of one actor and type with the same key is the same task. */
    idempotencyKey: z.string().min(1).max(255).optional(),
  }),
  example: {
    taskId: '019a9d2e-0000-7000-8000-000000000009',
    type: 'document-reprocessing',
    params: { status: 'failed' },
    actor: {
      userId: '019a9d2e-0000-7000-8000-000000000001',
      tenantId: '00000000-0000-7000-8000-000000000000',
    },
  },
  subject: (data) => data.taskId,
})
