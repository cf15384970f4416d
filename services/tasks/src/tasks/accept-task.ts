import type { taskRequested } from '@alta/contracts/events/task-requested.v1'
import type { Handler } from '@alta/kit/events/handlers'
import type { z } from 'zod'
import type { TasksSchema } from '../database/schema.ts'
import type { TaskDriver } from './task.driver.ts'
import { insertTask } from './task.repository.ts'

/** Takes what another service has asked for; what was asked for here is known already. */
export const acceptTask =
  (driver: TaskDriver): Handler<z.output<typeof taskRequested.schema>, TasksSchema> =>
  async ({ taskId, type, params, actor, idempotencyKey }, { tx, message }) => {
    await insertTask(tx, {
      id: taskId,
      tenantId: message.tenantId,
      type,
      params,
      requestedBy: actor.userId,
      idempotencyKey,
      correlationId: message.correlationId,
      traceparent: message.traceparent,
    })
    driver.wake()
  }
