import { taskActor, taskCounts, taskPosition, taskState, taskTypeName } from '@alta/contracts/resources/task'
import { z } from 'zod'

/**
 * Everything that decides how a task goes on: the value kept in Dapr state, and the same in the task's record,
 * from which a lost one is restored.
 */
export const taskWork = z.object({
  taskId: z.uuidv7(),
  type: taskTypeName,
  actor: taskActor,
  state: taskState,
  /** Grows with every change, progress included. */
  version: z.number().int().min(1),
  /** Of the last transition. */
  transitionId: z.uuid(),
  /** Of the lease under which this was written; a lower one than the record's is a late writer's. */
  epoch: z.number().int().min(0),
  ...taskPosition,
  /** `step`: asked for and not answered. `pause`: to be asked for at `dueAt`. Null when nothing is to come. */
  waiting: z.enum(['step', 'pause']).nullable(),
  /** Deadline of the step, end of the pause, or time of the next attempt. */
  dueAt: z.iso.datetime().nullable(),
  cursor: z.json(),
  ...taskCounts,
  /** The earlier run whose failed items are all that this one does. */
  repeats: taskPosition.run.nullable(),
  result: z.json(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** Whether trying again may help; of the last error. */
  permanent: z.boolean(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
  /** When a step last answered: the task's heartbeat. */
  heardAt: z.iso.datetime().nullable(),
  /** Done and failed after the last steps, oldest first, for the estimate. */
  pace: z.array(z.object({ at: z.number(), handled: z.number() })),
})

export type TaskWork = z.infer<typeof taskWork>
export type Position = Pick<TaskWork, 'run' | 'attempt' | 'step'>

export const samePosition = (one: Position, other: Position): boolean =>
  one.run === other.run && one.attempt === other.attempt && one.step === other.step

/** Steps that the estimate looks back on. */
const PACE_STEPS = 10

export const withPace = (pace: TaskWork['pace'], handled: number, now: Date): TaskWork['pace'] =>
  [...pace, { at: now.getTime(), handled }].slice(-PACE_STEPS)

/** Items a second over the last steps, and when the rest will be done at that rate; null where nobody can tell. */
export function estimate({ state, pace, done, failed, total }: TaskWork): {
  perSecond: number | null
  remainingSeconds: number | null
} {
  const first = pace[0]
  const last = pace.at(-1)
  if (state !== 'running' || !first || !last || last.at === first.at) {
    return { perSecond: null, remainingSeconds: null }
  }
  const perSecond = (last.handled - first.handled) / ((last.at - first.at) / 1_000)
  const left = total === null ? null : Math.max(0, total - done - failed)
  const remainingSeconds = left === null || perSecond <= 0 ? null : Math.ceil(left / perSecond)
  return { perSecond: Math.round(perSecond * 100) / 100, remainingSeconds }
}
