import { taskTypeAnnounced } from '@alta/contracts/events/task-type-announced.v1'
import { sql } from 'kysely'
import type { Database } from '../database/database.ts'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import type { Repetition } from '../repeatedly.ts'
import { paramsSchemaOf, type TaskType } from './task-type.ts'

/** Answers to steps outlive every task (TASK_RETENTION_DAYS is 365 at most): a late retry asks for them again. */
const STEP_RETENTION = '366 days'

/** Tells everybody, once after each start, which long operations this service can carry out. */
export function announceTaskTypes<Schema>(
  database: Database<Schema>,
  types: readonly TaskType[],
): Repetition {
  let told = false
  return {
    name: 'announce task types',
    everySeconds: 1,
    async run() {
      if (told) return
      // A type is the platform's and no tenant's.
      await database.transaction(DEFAULT_TENANT, async ({ emit }) => {
        for (const type of types) {
          const { type: name, title, permission, stepSeconds } = type
          const params = paramsSchemaOf(type)
          emit(taskTypeAnnounced, { type: name, title, app: database.appId, permission, params, stepSeconds })
        }
      })
      told = true
    },
  }
}

export function forgetTaskSteps<Schema>(database: Database<Schema>): Repetition {
  return {
    name: 'forget old steps of tasks',
    everySeconds: 3_600,
    run: () =>
      database.system(({ tx }) =>
        sql`delete from task_steps where taken_at < now() - ${sql.lit(STEP_RETENTION)}::interval`.execute(tx),
      ),
  }
}
