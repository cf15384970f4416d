import { taskStepFinished } from '@alta/contracts/events/task-step-finished.v1'
import type { taskStepRequested } from '@alta/contracts/events/task-step-requested.v1'
import { type StepOutcome, stepOutcome } from '@alta/contracts/resources/task'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Emit, Forward } from '../database/database.ts'
import { Problem } from '../errors.ts'
import { failureOf, PermanentError } from '../events/errors.ts'
import type { Handler, HandlerScope } from '../events/handlers.ts'
import { asUnavailable } from '../http/unavailable.ts'
import { log } from '../telemetry/log.ts'
import type { TaskType } from './task-type.ts'

type StepRequest = z.output<(typeof taskStepRequested)['schema']>
type StepResult = Pick<z.output<(typeof taskStepFinished)['schema']>, 'outcome' | 'error'>

/**
 * Handler of task.step-requested.v1 in a service with task types: carries out one step and emits its outcome in
 * the same transaction. A failed step is rolled back and told; it does not become a dead letter.
 */
export function takeSteps(types: readonly TaskType[]): Handler<StepRequest, unknown> {
  const byName = new Map(types.map((one) => [one.type, one]))
  return async (request, scope) => {
    const type = byName.get(request.type)
    if (!type) return
    const { taskId, run, attempt, step } = request
    const tell = (result: StepResult) =>
      scope.emit(taskStepFinished, { taskId, run, attempt, step, ...result })

    const before = await enterStep(scope.tx, request)
    if (before.stale) {
      log.warn({ taskId, run, step }, 'passed over a step that is behind its task')
    } else if (before.outcome) {
      tell({ outcome: before.outcome, error: null })
    } else {
      const result = await tryStep(type, request, scope)
      if (result.outcome) await keepOutcome(scope.tx, taskId, result.outcome)
      tell(result)
    }
  }
}

/** Runs a step inside a savepoint: after a failure nothing of it is left, and the failure can be told. */
async function tryStep(
  type: TaskType,
  request: StepRequest,
  scope: HandlerScope<unknown>,
): Promise<StepResult> {
  const held: (() => void)[] = []
  const emit: Emit = (...emitted) => held.push(() => scope.emit(...emitted))
  const forward: Forward = (copy) => held.push(() => scope.forward(copy))
  const { taskId, cursor, actor, onlyFailed } = request
  await sql`savepoint task_step`.execute(scope.tx)
  try {
    const around = { ...scope, emit, forward, taskId, cursor, actor, onlyFailed: onlyFailed ?? undefined }
    const outcome = stepOutcome.parse(await type.step(readParams(type, request), around))
    for (const release of held) release()
    await sql`release savepoint task_step`.execute(scope.tx)
    return { outcome, error: null }
  } catch (error) {
    // Not the step's fault: the message is parked and handled again when the database is back.
    if (asUnavailable(error)) throw error
    await sql`rollback to savepoint task_step`.execute(scope.tx)
    log.warn({ err: error, taskId, type: type.type }, 'a step of a task failed')
    return { outcome: null, error: toldError(error) }
  }
}

function readParams(type: TaskType, { params }: StepRequest): unknown {
  const read = type.params.safeParse(params)
  if (read.success) return read.data
  throw new PermanentError('invalid_params', z.prettifyError(read.error))
}

function toldError(thrown: unknown) {
  const { errorClass, message, permanent } = failureOf(thrown)
  if (thrown instanceof Problem) return { code: thrown.code, message: thrown.detail, permanent: true }
  return { code: errorClass || 'Error', message, permanent: permanent || thrown instanceof z.ZodError }
}

/**
 * Enters the step as the task's newest one and holds its row until the transaction ends, so that no two steps of
 * one task run at once. `stale` for a step behind the newest; `outcome` for one that was carried out before.
 */
async function enterStep(
  tx: Kysely<unknown>,
  { taskId, run, step, actor }: StepRequest,
): Promise<{ stale: boolean; outcome: StepOutcome | null }> {
  const { rows } = await sql<{ outcome: StepOutcome | null }>`
    insert into task_steps as known (task_id, tenant_id, run, step)
    values (${taskId}, ${actor.tenantId}, ${run}, ${step})
    on conflict (task_id) do update
      set run = excluded.run, step = excluded.step, taken_at = now(),
          outcome = case when (known.run, known.step) = (excluded.run, excluded.step) then known.outcome end
      where (known.run, known.step) <= (excluded.run, excluded.step)
    returning outcome`.execute(tx)
  return { stale: rows.length === 0, outcome: rows[0]?.outcome ?? null }
}

async function keepOutcome(tx: Kysely<unknown>, taskId: string, outcome: StepOutcome): Promise<void> {
  await sql`update task_steps set outcome = ${JSON.stringify(outcome)} where task_id = ${taskId}`.execute(tx)
}
