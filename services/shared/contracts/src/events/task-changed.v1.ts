import { z } from 'zod'
import { event } from '../event.ts'
import { taskCounts, taskPosition, taskState, taskTypeName } from '../resources/task.ts'

/**
 * Published by Dapr's outbox together with the task's state. That outbox also publishes events of transactions
 * which then failed: `transitionId` is believed only when the task's record has it.
 */
export const taskChanged = event({
  topic: 'task.changed.v1',
  owner: 'tasks',
  summary: 'A long operation has passed from one state to another.',
  schema: z.object({
    taskId: z.uuidv7(),
    type: taskTypeName,
    /** Names this transition, however often it is told. */
    transitionId: z.uuid(),
    /** Grows with every change of the task, progress included; so there are gaps between transitions. */
    version: z.number().int().min(1),
    /** Null for a task that has just begun to exist. */
    from: taskState.nullable(),
    to: taskState,
    run: taskPosition.run,
    attempt: taskPosition.attempt,
    ...taskCounts,
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    requestedBy: z.uuid(),
    at: z.iso.datetime(),
  }),
  example: {
    taskId: '019a9d2e-0000-7000-8000-000000000009',
    type: 'document-reprocessing',
    transitionId: '019a9d2e-0000-7000-8000-00000000000a',
    version: 7,
    from: 'running',
    to: 'completed',
    run: 1,
    attempt: 1,
    done: 120,
    failed: 0,
    total: 120,
    error: null,
    requestedBy: '019a9d2e-0000-7000-8000-000000000001',
    at: '2026-11-22T12:00:00.000Z',
  },
  subject: (data) => data.taskId,
})
