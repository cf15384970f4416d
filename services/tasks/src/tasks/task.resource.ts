import { taskCounts, taskPosition, taskState, taskTypeName } from '@alta/contracts/resources/task'
import { z } from 'zod'
import type { TaskTypeRow } from './task.repository.ts'
import { estimate, type TaskWork } from './task.work.ts'
import type { TaskRow } from './turn.repository.ts'

const when = z.iso.datetime().nullable()

export const taskResource = z.object({
  id: z.uuid(),
  type: taskTypeName,
  params: z.record(z.string(), z.unknown()),
  state: taskState,
  progress: z.object({
    ...taskCounts,
    /** Items a second over the last steps. */
    perSecond: z.number().nullable(),
    /** Until the rest is done at that rate. */
    remainingSeconds: z.number().int().nullable(),
  }),
  run: taskPosition.run,
  attempt: taskPosition.attempt,
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** Set once cancellation was asked for: by then it ends, with or without the step that is running. */
  cancelBy: when,
  /** When the next attempt begins. */
  retryAt: when,
  requestedBy: z.uuid(),
  requestedAt: z.iso.datetime(),
  startedAt: when,
  /** When a step last answered. */
  heardAt: when,
  finishedAt: when,
  version: z.number().int(),
})

export type TaskResource = z.input<typeof taskResource>

/** Of a task that was accepted and has not had its first turn. */
const untouched: Pick<
  TaskWork,
  'run' | 'attempt' | 'done' | 'failed' | 'total' | 'error' | 'startedAt' | 'heardAt' | 'finishedAt'
> = {
  ...{ run: 1, attempt: 1, done: 0, failed: 0, total: null },
  ...{ error: null, startedAt: null, heardAt: null, finishedAt: null },
}

export function presentTask(task: TaskRow): TaskResource {
  const { work } = task
  const { run, attempt, done, failed, total, error, startedAt, heardAt, finishedAt } = work ?? untouched
  const pace = work ? estimate(work) : { perSecond: null, remainingSeconds: null }
  return {
    id: task.id,
    type: task.type,
    params: task.params,
    state: task.state,
    progress: { done, failed, total, ...pace },
    ...{ run, attempt, error },
    cancelBy: task.cancel_by?.toISOString() ?? null,
    retryAt: task.state === 'retrying' ? (work?.dueAt ?? null) : null,
    requestedBy: task.requested_by,
    requestedAt: task.requested_at.toISOString(),
    ...{ startedAt, heardAt, finishedAt },
    version: task.version,
  }
}

export const taskResult = z.object({
  state: taskState,
  ...taskCounts,
  /** What the task's type returns; null when it returns nothing. */
  result: z.unknown(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
})

export const taskTypeResource = z.object({
  type: taskTypeName,
  title: z.string(),
  permission: z.string(),
  /** JSON Schema. */
  params: z.record(z.string(), z.unknown()),
})

export const presentTaskType = ({ type, title, permission, params }: TaskTypeRow) => ({
  ...{ type, title, permission, params },
})
