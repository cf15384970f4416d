import type { TaskFailure } from '@alta/contracts/resources/task'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { TasksSchema } from '../database/schema.ts'
import type { TaskChange } from './state-store.ts'
import { isOver } from './task.machine.ts'
import type { TaskTables } from './task.tables.ts'
import type { TaskWork } from './task.work.ts'

/*
 * Turns: who may bring a task on, and what a turn leaves behind. A task has at most one lease at a time, and every
 * lease has a higher epoch than the one before; `endTurn` writes only under the epoch that it began with.
 */

type Tx = Kysely<TasksSchema>
export type TaskRow = Selectable<TaskTables['tasks']>

/** A task with the lease on it, and what its type was announced with. */
export interface Turn extends TaskRow {
  step_seconds: number | null
  /** By the clock that has found it due: by another one it might not be, and would be leased again at once. */
  leased_at: Date
}

/** Longer than a turn takes with every call at its time limit, so that nobody takes over from the living. */
const LEASE_SECONDS = 15

/** Leases up to `limit` tasks that are due: something has happened to them, or their time has come. */
export async function claimTurns(tx: Tx, owner: string, limit: number): Promise<Turn[]> {
  const { rows } = await sql<Turn>`
    update tasks t
    set lease_owner = ${owner}, lease_until = now() + make_interval(secs => ${LEASE_SECONDS}), epoch = t.epoch + 1
    where id = any (array(
      select id from tasks
      where due_at <= now() and (lease_until is null or lease_until < now())
      order by due_at
      limit ${limit}
      for update skip locked))
    returning t.*, (select step_seconds from task_types y where y.type = t.type) as step_seconds,
      now() as leased_at`.execute(tx)
  return rows
}

/**
 * Records what a turn has come to and gives the lease back, if the turn still has it.
 * @param end.stillAsked the step that was waited for before is waited for still: an answer to it that came during the
 *   turn is the next turn's; every other one has been taken, or nobody waits for it any more
 * @returns false for a writer whose task has been taken over: then nothing may be committed
 */
export async function endTurn(
  tx: Tx,
  turn: Turn,
  work: TaskWork,
  { dueAt, stillAsked }: { dueAt: Date | null; stillAsked: boolean },
): Promise<boolean> {
  const { rows } = await sql`
    update tasks
    set state = ${work.state}, version = ${work.version}, work = ${JSON.stringify(work)}, changed_at = now(), has_copy = true,
        due_at = case when causes = ${turn.causes} then ${dueAt}::timestamptz else now() end,
        answer = case when ${stillAsked} then answer end,
        retry = case when causes = ${turn.causes} then null else retry end,
        cancel_by = case when ${isOver(work.state)} then null else cancel_by end,
        lease_owner = null, lease_until = null
    where id = ${turn.id} and epoch = ${turn.epoch}
    returning 1`.execute(tx)
  return rows.length > 0
}

/** Gives the lease back without a result, to be tried again after so many seconds. */
export async function abandonTurn(tx: Tx, { id, epoch }: Turn, seconds: number): Promise<void> {
  await sql`
    update tasks
    set due_at = now() + make_interval(secs => ${seconds}), lease_owner = null, lease_until = null
    where id = ${id} and epoch = ${epoch}`.execute(tx)
}

export async function insertTransitions(tx: Tx, turn: Turn, changes: readonly TaskChange[]): Promise<void> {
  for (const change of changes) {
    await sql`
      insert into task_transitions (task_id, version, tenant_id, transition_id, change)
      values (${turn.id}, ${change.version}, ${turn.tenant_id}, ${change.transitionId}, ${JSON.stringify(change)})`.execute(
      tx,
    )
  }
}

export async function insertLog(tx: Tx, turn: Turn, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return
  await sql`
    insert into task_log (task_id, tenant_id, line)
    select ${turn.id}, ${turn.tenant_id}, line from unnest(${lines.map(storable)}::text[]) line`.execute(tx)
}

export async function insertFailures(
  tx: Tx,
  turn: Turn,
  run: number,
  failures: readonly TaskFailure[],
): Promise<void> {
  if (failures.length === 0) return
  await sql`
    insert into task_failures (task_id, tenant_id, run, item, reason)
    select ${turn.id}, ${turn.tenant_id}, ${run}, f.item, f.reason
    from unnest(${failures.map(({ item }) => storable(item))}::text[],
      ${failures.map(({ reason }) => storable(reason))}::text[]) f (item, reason)`.execute(tx)
}

/** Items of an earlier run that failed: the portion of one step, and whether more follows. */
export async function findFailedItems(
  tx: Tx,
  taskId: string,
  run: number,
  portion: { step: number; size: number },
): Promise<{ items: string[]; more: boolean }> {
  const { rows } = await sql<{ item: string }>`
    select item from task_failures where task_id = ${taskId} and run = ${run}
    order by id
    limit ${portion.size + 1} offset ${(portion.step - 1) * portion.size}`.execute(tx)
  return { items: rows.slice(0, portion.size).map(({ item }) => item), more: rows.length > portion.size }
}

/** PostgreSQL stores no NUL in text. */
const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed()
