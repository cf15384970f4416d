import type { taskStepFinished } from '@alta/contracts/events/task-step-finished.v1'
import type { Handler } from '@alta/kit/events/handlers'
import { log } from '@alta/kit/telemetry/log'
import type { z } from 'zod'
import type { TasksSchema } from '../database/schema.ts'
import type { TaskDriver } from './task.driver.ts'
import { recordAnswer } from './task.repository.ts'

/** An answer that nobody waits for any more, because its attempt was given up or its task cancelled, is ignored. */
export const takeAnswer =
  (driver: TaskDriver): Handler<z.output<typeof taskStepFinished.schema>, TasksSchema> =>
  async ({ taskId, ...answer }, { tx }) => {
    const { run, attempt, step } = answer
    if (await recordAnswer(tx, taskId, answer)) driver.wake()
    else log.info({ taskId, run, attempt, step }, 'ignored a late answer to a step')
  }
