import { taskRequested } from '@alta/contracts/events/task-requested.v1'
import type { TaskState } from '@alta/contracts/resources/task'
import type { Principal } from '@alta/kit/auth/principal'
import type { Database } from '@alta/kit/database/database'
import { conflict, forbidden, notFound, unprocessable } from '@alta/kit/errors'
import { currentContext } from '@alta/kit/http/request-context'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { currentTraceparent } from '@alta/kit/telemetry/tracing'
import type { Kysely } from 'kysely'
import type { TasksSchema } from '../database/schema.ts'
import { checkPermitted, checkStart } from './check-start.ts'
import type { TaskDriver } from './task.driver.ts'
import { assertMove, moves } from './task.machine.ts'
import {
  askToCancel,
  askToRetry,
  findTask,
  findTaskByKey,
  insertTask,
  listChanges,
  listFailures,
  listLog,
  listTasks,
  listTaskTypes,
  lockTask,
  type NewTask,
} from './task.repository.ts'
import type { TaskRow } from './turn.repository.ts'

type Tx = Kysely<TasksSchema>
type Params = Parameters<typeof taskRequested.subject>[0]['params']

export type TaskService = ReturnType<typeof taskService>

export function taskService(options: {
  database: Database<TasksSchema>
  driver: TaskDriver
  /** How long a step may go on after its task was cancelled. */
  cancelSeconds: number
}) {
  const { database, driver, cancelSeconds } = options

  /** Whoever may look at operations sees everybody's tasks; everybody sees their own. */
  const isOperator = ({ permissions }: Principal) => permissions.has('operations:read')

  function visible(principal: Principal, task: TaskRow | undefined): TaskRow {
    if (task && (task.requested_by === principal.userId || isOperator(principal))) return task
    throw notFound('task_not_found', 'There is no such task.')
  }

  function changeable(principal: Principal, task: TaskRow | undefined): TaskRow {
    const found = visible(principal, task)
    if (found.requested_by === principal.userId || principal.permissions.has('operations:write')) return found
    throw forbidden('forbidden', 'Only who started a task, or an operator, may change it.')
  }

  /** Changes a task in one transaction and lets it go on from there. */
  async function change(principal: Principal, id: string, ask: (tx: Tx, task: TaskRow) => Promise<void>) {
    const task = await database.transaction(principal.tenantId, async ({ tx }) => {
      await ask(tx, changeable(principal, await lockTask(tx, id)))
      return visible(principal, await findTask(tx, id))
    })
    driver.wake()
    return task
  }

  return {
    /**
     * Accepts a task: it is committed, and told, before anybody is answered.
     * @throws {Problem} 400 `unknown_task_type`, `validation_failed`; 403 `forbidden`; 422 `idempotency_key_reused`
     */
    async start(principal: Principal, wanted: { type: string; params: Params }): Promise<TaskRow> {
      const { userId, tenantId } = principal
      const context = currentContext()
      const id = randomUUIDv7()
      const task: NewTask = {
        id,
        tenantId,
        ...wanted,
        requestedBy: userId,
        idempotencyKey: context?.idempotencyKey,
        correlationId: context?.correlationId ?? id,
        traceparent: currentTraceparent(),
      }
      const accepted = await database.transaction(tenantId, async ({ tx, emit }) => {
        await checkStart(tx, principal, wanted)
        if (await insertTask(tx, task)) {
          const { idempotencyKey } = task
          emit(taskRequested, {
            ...{ taskId: id, type: wanted.type, params: wanted.params, actor: { userId, tenantId } },
            ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
          })
          return visible(principal, await findTask(tx, id))
        }
        const before = visible(principal, await findTaskByKey(tx, task))
        if (JSON.stringify(before.params) === JSON.stringify(wanted.params)) return before
        throw unprocessable('idempotency_key_reused', 'This Idempotency-Key was used for another task.')
      })
      driver.wake()
      return accepted
    },

    list: (
      principal: Principal,
      wanted: { type?: string; state?: TaskState; mine: boolean; before?: string; limit: number },
    ): Promise<TaskRow[]> =>
      database.read(principal.tenantId, (tx) =>
        listTasks(tx, {
          tenantId: principal.tenantId,
          userId: wanted.mine || !isOperator(principal) ? principal.userId : null,
          type: wanted.type,
          state: wanted.state,
          before: wanted.before,
          limit: wanted.limit,
        }),
      ),

    get: (principal: Principal, id: string): Promise<TaskRow> =>
      database.read(principal.tenantId, async (tx) => visible(principal, await findTask(tx, id))),

    log: (principal: Principal, id: string, page: { after: string | undefined; limit: number }) =>
      database.read(principal.tenantId, async (tx) => {
        visible(principal, await findTask(tx, id))
        return listLog(tx, id, page)
      }),

    failures: (principal: Principal, id: string, page: { after: string | undefined; limit: number }) =>
      database.read(principal.tenantId, async (tx) => {
        const { work } = visible(principal, await findTask(tx, id))
        return listFailures(tx, id, { ...page, run: work?.run ?? 1 })
      }),

    /** Transitions after a version, with the task as it is now. */
    follow: (principal: Principal, id: string, afterVersion: number) =>
      database.read(principal.tenantId, async (tx) => {
        const task = visible(principal, await findTask(tx, id))
        return { task, changes: await listChanges(tx, id, afterVersion) }
      }),

    types: (principal: Principal) => database.read(principal.tenantId, listTaskTypes),

    /**
     * Asks for the end. A step that is running may finish until the deadline; then the task ends without it.
     * @throws {Problem} 409 `invalid_transition` when the task is over
     */
    cancel: (principal: Principal, id: string) =>
      change(principal, id, async (tx, task) => {
        assertMove(task.state, 'cancelled')
        await askToCancel(tx, id, cancelSeconds)
      }),

    /**
     * Tries a failed task again: from its beginning, or only what failed.
     * @throws {Problem} 409 `invalid_transition` unless it has failed; 403 when its type's permission is not there
     */
    retry: (principal: Principal, id: string, what: 'all' | 'failed') =>
      change(principal, id, async (tx, task) => {
        if (!moves[task.state].includes('retrying') || task.retry !== null) {
          throw conflict('invalid_transition', `A task that is ${task.state} cannot be retried.`, {
            extensions: { state: task.state, allowed: moves[task.state] },
          })
        }
        await checkPermitted(tx, principal, task.type)
        await askToRetry(tx, id, what)
      }),
  }
}
