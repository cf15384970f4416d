import type { Principal } from '@alta/kit/auth/principal'
import { badRequest, forbidden } from '@alta/kit/errors'
import { faultsOf, validationFailed } from '@alta/kit/http/validation'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { TasksSchema } from '../database/schema.ts'
import { listTaskTypes, type TaskTypeRow } from './task.repository.ts'

type Tx = Kysely<TasksSchema>

/**
 * Whether somebody may start such a task with such parameters.
 * @throws {Problem} 400 `unknown_task_type` with those that are known, `validation_failed`; 403 `forbidden`
 */
export async function checkStart(
  tx: Tx,
  principal: Principal,
  task: { type: string; params: Record<string, unknown> },
): Promise<void> {
  const type = await checkPermitted(tx, principal, task.type)
  checkParams(type.params, task.params)
}

/** @throws {Problem} 400 `unknown_task_type`; 403 `forbidden` */
export async function checkPermitted(tx: Tx, { permissions }: Principal, name: string): Promise<TaskTypeRow> {
  const types = await listTaskTypes(tx)
  const type = types.find((one) => one.type === name)
  if (!type) {
    const known = types.map((one) => one.type)
    throw badRequest('unknown_task_type', `There is no task type "${name}". Known: ${known.join(', ')}.`, {
      extensions: { known },
    })
  }
  if (![...permissions].some((permission) => permission === type.permission)) {
    throw forbidden('forbidden', `A task of type ${name} needs the permission ${type.permission}.`)
  }
  return type
}

/** What the JSON Schema of a type cannot say is asked again by the service that carries the task out. */
function checkParams(schema: Record<string, unknown>, params: unknown): void {
  const result = z.fromJSONSchema(schema).safeParse(params)
  if (result.success) return
  // A format of zod's is written both as a format and as a pattern, and so fails twice.
  const faults = faultsOf('body.params', result.error).toReversed()
  throw validationFailed([...new Map(faults.map((fault) => [fault.path, fault])).values()])
}
