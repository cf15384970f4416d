import { z } from 'zod'
import { event } from '../event.ts'
import { taskActor, taskPosition, taskTypeName } from '../resources/task.ts'

export const taskStepRequested = event({
  topic: 'task.step-requested.v1',
  owner: 'tasks',
  summary:
    'The next step of a long operation is due; the service that has the type carries it out, the others pass over it.',
  schema: z.object({
    taskId: z.uuidv7(),
    type: taskTypeName,
    ...taskPosition,
    params: z.record(z.string(), z.json()),
    cursor: z.json(),
    /** Set when only what failed in an earlier run is repeated: a portion of it, and whether more follows. */
    onlyFailed: z.object({ items: z.array(z.string().max(200)).max(100), more: z.boolean() }).nullable(),
    actor: taskActor,
  }),
  example: {
    taskId: '019a9d2e-0000-7000-8000-000000000009',
    type: 'document-reprocessing',
    run: 1,
    attempt: 1,
    step: 1,
    params: { status: 'failed' },
    cursor: null,
    onlyFailed: null,
    actor: {
      userId: '019a9d2e-0000-7000-8000-000000000001',
      tenantId: '00000000-0000-7000-8000-000000000000',
    },
  },
  subject: (data) => data.taskId,
})
