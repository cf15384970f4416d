import type { TaskState } from '@alta/contracts/resources/task'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { TasksSchema } from '../database/schema.ts'
import type { TaskChange } from './state-store.ts'
import type { Answer } from './task.decide.ts'
import type { TaskTables } from './task.tables.ts'
import type { TaskRow } from './turn.repository.ts'

type Tx = Kysely<TasksSchema>

export interface NewTask {
  id: string
  tenantId: string
  type: string
  params: Readonly<Record<string, unknown>>
  requestedBy: string
  idempotencyKey: string | undefined
  correlationId: string
  traceparent: string | undefined
}

/** Accepts a task, to be begun at once. @returns false when it was accepted before, by its id or by its key */
export async function insertTask(tx: Tx, task: NewTask): Promise<boolean> {
  const { rows } = await sql`
    insert into tasks (id, tenant_id, type, params, requested_by, idempotency_key, correlation_id, traceparent, due_at)
    values (${task.id}, ${task.tenantId}, ${task.type}, ${JSON.stringify(task.params)}, ${task.requestedBy},
      ${task.idempotencyKey ?? null}, ${task.correlationId}, ${task.traceparent ?? null}, now())
    on conflict do nothing
    returning 1`.execute(tx)
  return rows.length > 0
}

export function findTask(tx: Tx, id: string): Promise<TaskRow | undefined> {
  return tx.selectFrom('tasks').selectAll().where('id', '=', id).executeTakeFirst()
}

export function findTaskByKey(
  tx: Tx,
  { tenantId, requestedBy, type, idempotencyKey }: NewTask,
): Promise<TaskRow | undefined> {
  return tx
    .selectFrom('tasks')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('requested_by', '=', requestedBy)
    .where('type', '=', type)
    .where('idempotency_key', '=', idempotencyKey ?? null)
    .executeTakeFirst()
}

/** Holds the task until the transaction ends, so that what was read of it stays true. */
export async function lockTask(tx: Tx, id: string): Promise<TaskRow | undefined> {
  return tx.selectFrom('tasks').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
}

/**
 * @param wanted.tenantId said besides row-level security, whose condition no index answers
 * @param wanted.userId whose tasks; null for everybody's
 */
export function listTasks(
  tx: Tx,
  wanted: {
    tenantId: string
    userId: string | null
    type: string | undefined
    state: TaskState | undefined
    before: string | undefined
    limit: number
  },
): Promise<TaskRow[]> {
  let query = tx.selectFrom('tasks').selectAll().where('tenant_id', '=', wanted.tenantId)
  if (wanted.userId !== null) query = query.where('requested_by', '=', wanted.userId)
  if (wanted.type !== undefined) query = query.where('type', '=', wanted.type)
  if (wanted.state !== undefined) query = query.where('state', '=', wanted.state)
  if (wanted.before !== undefined) query = query.where('id', '<', wanted.before)
  return query.orderBy('id', 'desc').limit(wanted.limit).execute()
}

/** The first answer to the step that the task waits for. @returns false for every other one */
export async function recordAnswer(tx: Tx, taskId: string, answer: Answer): Promise<boolean> {
  const { rows } = await sql`
    update tasks set answer = ${JSON.stringify(answer)}, due_at = now(), causes = causes + 1
    where id = ${taskId} and state = 'running' and answer is null and work ->> 'waiting' = 'step'
      and (work ->> 'run')::int = ${answer.run} and (work ->> 'attempt')::int = ${answer.attempt}
      and (work ->> 'step')::int = ${answer.step}
    returning 1`.execute(tx)
  return rows.length > 0
}

/** A second request changes neither time: the deadline is that of the first. */
export async function askToCancel(tx: Tx, id: string, seconds: number): Promise<void> {
  await sql`
    update tasks
    set cancel_by = coalesce(cancel_by, now() + make_interval(secs => ${seconds})),
        cancel_asked_at = coalesce(cancel_asked_at, now()), due_at = now(), causes = causes + 1
    where id = ${id}`.execute(tx)
}

export async function askToRetry(tx: Tx, id: string, what: 'all' | 'failed'): Promise<void> {
  await sql`
    update tasks set retry = ${what}, cancel_asked_at = null, due_at = now(), causes = causes + 1
    where id = ${id}`.execute(tx)
}

export function listLog(
  tx: Tx,
  taskId: string,
  page: { after: string | undefined; limit: number },
): Promise<{ id: string; at: Date; line: string }[]> {
  let query = tx.selectFrom('task_log').select(['id', 'at', 'line']).where('task_id', '=', taskId)
  if (page.after !== undefined) query = query.where('id', '>', page.after)
  return query.orderBy('id').limit(page.limit).execute()
}

/** What failed in the newest run. */
export function listFailures(
  tx: Tx,
  taskId: string,
  page: { run: number; after: string | undefined; limit: number },
): Promise<{ id: string; item: string; reason: string }[]> {
  let query = tx
    .selectFrom('task_failures')
    .select(['id', 'item', 'reason'])
    .where('task_id', '=', taskId)
    .where('run', '=', page.run)
  if (page.after !== undefined) query = query.where('id', '>', page.after)
  return query.orderBy('id').limit(page.limit).execute()
}

export async function listChanges(tx: Tx, taskId: string, afterVersion: number): Promise<TaskChange[]> {
  const rows = await tx
    .selectFrom('task_transitions')
    .select('change')
    .where('task_id', '=', taskId)
    .where('version', '>', afterVersion)
    .orderBy('version')
    .execute()
  return rows.map(({ change }) => change)
}

export type TaskTypeRow = Selectable<TaskTables['task_types']>

export function listTaskTypes(tx: Tx): Promise<TaskTypeRow[]> {
  return tx.selectFrom('task_types').selectAll().orderBy('type').execute()
}
