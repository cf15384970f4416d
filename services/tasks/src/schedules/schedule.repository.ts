import { type Insertable, type Kysely, type Selectable, sql, type Updateable } from 'kysely'
import type { TasksSchema } from '../database/schema.ts'

export type Schedule = Selectable<TasksSchema['schedules']>
export type ScheduleRun = Selectable<TasksSchema['schedule_runs']>

type Tx = Kysely<TasksSchema>

export const insertSchedule = (tx: Tx, row: Insertable<TasksSchema['schedules']>): Promise<Schedule> =>
  tx.insertInto('schedules').values(row).returningAll().executeTakeFirstOrThrow()

export const findSchedule = (tx: Tx, id: string): Promise<Schedule | undefined> =>
  tx.selectFrom('schedules').selectAll().where('id', '=', id).executeTakeFirst()

/** Held until the transaction ends, so that no tick is fired meanwhile. */
export const lockSchedule = (tx: Tx, id: string): Promise<Schedule | undefined> =>
  tx.selectFrom('schedules').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()

export const listSchedules = (tx: Tx, after: string | undefined, limit: number): Promise<Schedule[]> =>
  tx
    .selectFrom('schedules')
    .selectAll()
    .$if(after !== undefined, (query) => query.where('id', '<', after ?? ''))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()

export const updateSchedule = (
  tx: Tx,
  id: string,
  change: Omit<Updateable<TasksSchema['schedules']>, 'id' | 'tenant_id' | 'version' | 'updated_at'>,
): Promise<Schedule> =>
  tx
    .updateTable('schedules')
    .set({ ...change, version: sql`version + 1`, updated_at: sql`now()` })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()

export async function deleteSchedule(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('schedules').where('id', '=', id).execute()
}

/**
 * The schedule, of any tenant, that is due for the longest, for this process alone: what another one is firing is passed
 * over, and so are those that have had their turn.
 * @param now the clock's time and not the database's, so that one clock decides
 */
export const claimDueSchedule = (tx: Tx, now: Date, had: readonly string[]): Promise<Schedule | undefined> =>
  tx
    .selectFrom('schedules')
    .selectAll()
    .where('paused', '=', false)
    .where('next_run_at', '<=', now)
    .where(sql<boolean>`id <> all (${had}::uuid[])`)
    .orderBy('next_run_at')
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst()

/** False when this tick was fired before. */
export async function insertRun(tx: Tx, row: Insertable<TasksSchema['schedule_runs']>): Promise<boolean> {
  const inserted = await tx
    .insertInto('schedule_runs')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('task_id')
    .execute()
  return inserted.length > 0
}

/** Not counted as a change of the schedule: its version is what people have edited. */
export async function noteFired(
  tx: Tx,
  id: string,
  fired: Pick<Schedule, 'last_run_at' | 'last_task_id' | 'next_run_at'>,
): Promise<void> {
  await tx.updateTable('schedules').set(fired).where('id', '=', id).execute()
}

export const listRuns = (
  tx: Tx,
  scheduleId: string,
  before: Date | undefined,
  limit: number,
): Promise<ScheduleRun[]> =>
  tx
    .selectFrom('schedule_runs')
    .selectAll()
    .where('schedule_id', '=', scheduleId)
    .$if(before !== undefined, (query) => query.where('tick_at', '<', before ?? new Date()))
    .orderBy('tick_at', 'desc')
    .limit(limit)
    .execute()

/** Forgets what was fired so many days ago. */
export async function purgeRuns(tx: Tx, days: number): Promise<void> {
  await sql`delete from schedule_runs where fired_at < now() - make_interval(days => ${days})`.execute(tx)
}
