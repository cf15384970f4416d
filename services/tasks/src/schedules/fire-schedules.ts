import { taskRequested } from '@alta/contracts/events/task-requested.v1'
import type { Database, Emit } from '@alta/kit/database/database'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { Kysely } from 'kysely'
import type { TasksSchema } from '../database/schema.ts'
import { ticksToFire } from './cron.ts'
import { claimDueSchedule, insertRun, noteFired, type Schedule } from './schedule.repository.ts'

/**
 * Fires what is due, in every tenant. Any number of replicas may do this at the same time and die in the middle: the
 * row's lock lets one of them at a schedule, and tick, task and the next due time are committed together. Each schedule
 * has its turn once, in a transaction of its own: one that cannot be fired keeps no other waiting.
 * @returns how many ticks were fired
 * @throws {AggregateError} when some could not be fired, after all the others
 */
export async function fireSchedules(database: Database<TasksSchema>, now: Date): Promise<number> {
  const had: string[] = []
  const failures: Error[] = []
  let fired = 0
  for (;;) {
    const turn: { schedule?: Schedule | undefined } = {}
    try {
      fired += await database.system(async ({ tx, emitFor }) => {
        turn.schedule = await claimDueSchedule(tx, now, had)
        return turn.schedule ? fireDue(tx, emitFor(turn.schedule.tenant_id), turn.schedule, now) : 0
      })
    } catch (error) {
      if (!turn.schedule) throw error
      const { id, name } = turn.schedule
      failures.push(new Error(`could not fire the schedule "${name}" (${id})`, { cause: error }))
    }
    if (!turn.schedule) break
    had.push(turn.schedule.id)
  }
  if (failures.length > 0)
    throw new AggregateError(failures, failures.map(({ message }) => message).join('; '))
  return fired
}

async function fireDue(tx: Kysely<TasksSchema>, emit: Emit, schedule: Schedule, now: Date): Promise<number> {
  const { fire, next } = ticksToFire(schedule, schedule.next_run_at ?? now, now)
  let fired = 0
  let lastTask = schedule.last_task_id
  for (const tick of fire) {
    const taskId = await fireTick(tx, emit, schedule, { tick, byUser: null })
    if (taskId === undefined) continue
    lastTask = taskId
    fired++
  }
  const last = fire.at(-1) ?? schedule.last_run_at
  await noteFired(tx, schedule.id, { last_run_at: last, last_task_id: lastTask, next_run_at: next })
  return fired
}

/**
 * Asks for the task of one tick, on behalf of the person who made the schedule, or ran it by hand.
 * @returns the task's id; undefined when this tick was fired before
 */
export async function fireTick(
  tx: Kysely<TasksSchema>,
  emit: Emit,
  schedule: Schedule,
  { tick, byUser }: { tick: Date; byUser: string | null },
): Promise<string | undefined> {
  const taskId = randomUUIDv7()
  const { id, tenant_id } = schedule
  const isNew = await insertRun(tx, {
    schedule_id: id,
    tick_at: tick,
    tenant_id,
    task_id: taskId,
    by_user: byUser,
  })
  if (!isNew) return undefined
  emit(taskRequested, {
    taskId,
    type: schedule.task_type,
    // What was stored had been checked as JSON when the schedule was made.
    params: schedule.params as Parameters<typeof taskRequested.subject>[0]['params'],
    actor: { userId: byUser ?? schedule.created_by, tenantId: tenant_id },
    idempotencyKey: `schedule ${id} ${tick.toISOString()}`,
  })
  return taskId
}
