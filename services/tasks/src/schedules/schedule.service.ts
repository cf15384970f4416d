import type { Principal } from '@alta/kit/auth/principal'
import type { Database } from '@alta/kit/database/database'
import { conflict, notFound } from '@alta/kit/errors'
import { requireMatch } from '@alta/kit/http/etag'
import { validationFailed } from '@alta/kit/http/validation'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { Kysely } from 'kysely'
import type { TasksSchema } from '../database/schema.ts'
import { faultOf, tickAfter } from './cron.ts'
import { fireTick } from './fire-schedules.ts'
import {
  deleteSchedule,
  findSchedule,
  insertSchedule,
  listRuns,
  listSchedules,
  lockSchedule,
  noteFired,
  type Schedule,
  type ScheduleRun,
  updateSchedule,
} from './schedule.repository.ts'
import type { NewSchedule, ScheduleChange } from './schedule.resource.ts'

/** Whether this caller may start such a task with such parameters. @throws {Problem} when not */
export type TaskCheck = (
  tx: Kysely<TasksSchema>,
  caller: Principal,
  task: { type: string; params: Record<string, unknown> },
) => Promise<void>

export type ScheduleService = ReturnType<typeof scheduleService>

/** Recurring tasks. The person who makes one is asked for the right to the task then, not again at each tick. */
export function scheduleService(database: Database<TasksSchema>, checkTask: TaskCheck, clock: () => Date) {
  /** Runs `work` on a schedule that no replica is firing meanwhile. */
  const changing = <Result>(
    caller: Principal,
    id: string,
    work: (
      schedule: Schedule,
      scope: Parameters<Parameters<Database<TasksSchema>['transaction']>[1]>[0],
    ) => Promise<Result>,
  ): Promise<Result> =>
    database.transaction(caller.tenantId, async (scope) =>
      work((await lockSchedule(scope.tx, id)) ?? unknown(), scope),
    )

  return {
    create(caller: Principal, input: NewSchedule): Promise<Schedule> {
      return database.transaction(caller.tenantId, async ({ tx }) => {
        await checkTask(tx, caller, { type: input.taskType, params: input.params })
        return insertSchedule(tx, {
          id: randomUUIDv7(),
          tenant_id: caller.tenantId,
          name: input.name,
          cron: input.cron,
          timezone: input.timezone,
          missed: input.missed,
          task_type: input.taskType,
          params: JSON.stringify(input.params),
          next_run_at: tickAfter(input, clock()),
          last_run_at: null,
          last_task_id: null,
          created_by: caller.userId,
        }).catch(nameTaken)
      })
    },

    list: (caller: Principal, after: string | undefined, limit: number): Promise<Schedule[]> =>
      database.read(caller.tenantId, (tx) => listSchedules(tx, after, limit)),

    get: (caller: Principal, id: string): Promise<Schedule> =>
      database.read(caller.tenantId, async (tx) => (await findSchedule(tx, id)) ?? unknown()),

    change(
      caller: Principal,
      id: string,
      change: ScheduleChange,
      ifMatch: string | undefined,
    ): Promise<Schedule> {
      return changing(caller, id, async (before, { tx }) => {
        requireMatch(ifMatch, before.version)
        const { params, ...plain } = change
        if (params) await checkTask(tx, caller, { type: before.task_type, params })
        const after = { cron: change.cron ?? before.cron, timezone: change.timezone ?? before.timezone }
        const fault = faultOf(after)
        if (fault) throw validationFailed([{ path: `body.${fault.field}`, message: fault.message }])
        return updateSchedule(tx, id, {
          ...plain,
          // Its tasks run on behalf of whoever has said what they do, and of nobody who has not.
          ...(params ? { params: JSON.stringify(params), created_by: caller.userId } : {}),
          next_run_at: tickAfter(after, clock()),
        }).catch(nameTaken)
      })
    },

    remove: (caller: Principal, id: string): Promise<void> =>
      changing(caller, id, async (_schedule, { tx }) => deleteSchedule(tx, id)),

    /** Ticks that would have come while it was paused are not made up for. */
    pause: (caller: Principal, id: string, paused: boolean): Promise<Schedule> =>
      changing(caller, id, async (schedule, { tx }) =>
        schedule.paused === paused
          ? schedule
          : updateSchedule(tx, id, { paused, next_run_at: tickAfter(schedule, clock()) }),
      ),

    /** Beside its ticks, also while it is paused. @returns the id of the task */
    run(caller: Principal, id: string): Promise<string> {
      return changing(caller, id, async (schedule, { tx, emit }) => {
        await checkTask(tx, caller, { type: schedule.task_type, params: schedule.params })
        const now = clock()
        const taskId = await fireTick(tx, emit, schedule, { tick: now, byUser: caller.userId })
        if (taskId === undefined) throw conflict('schedule_just_fired', 'It was fired in this very moment.')
        await noteFired(tx, id, { last_run_at: now, last_task_id: taskId, next_run_at: schedule.next_run_at })
        return taskId
      })
    },

    runs: (caller: Principal, id: string, before: Date | undefined, limit: number): Promise<ScheduleRun[]> =>
      database.read(caller.tenantId, async (tx) => {
        if (!(await findSchedule(tx, id))) unknown()
        return listRuns(tx, id, before, limit)
      }),
  }
}

function unknown(): never {
  throw notFound('schedule_not_found', 'There is no such schedule.')
}

/** PostgreSQL's word for a unique constraint that was met: only the name can. */
function nameTaken(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === '23505') {
    throw conflict('schedule_exists', 'There is a schedule of this name already.', { cause: error })
  }
  throw error
}
