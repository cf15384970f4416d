import { taskChanged } from '@alta/contracts/events/task-changed.v1'
import type { Database } from '@alta/kit/database/database'
import { log } from '@alta/kit/telemetry/log'
import { sql } from 'kysely'
import type { TasksSchema } from '../database/schema.ts'
import type { TaskChange } from './state-store.ts'
import { taskMetrics } from './task.metrics.ts'

const AT_ONCE = 100

/**
 * Dapr's outbox forgets events whose marker was flushed with the rest of Redis, and those that its broker refused
 * after it had answered. What has not come back after `seconds` is published once more through our own outbox.
 */
export function tellAgain(database: Database<TasksSchema>, seconds: number): Promise<number> {
  return database.system(async ({ tx, emitFor }) => {
    const { rows } = await sql<{ tenant_id: string; change: TaskChange }>`
      update task_transitions set told_again_at = now()
      where (task_id, version) in (
        select task_id, version from task_transitions
        where confirmed_at is null and recorded_at < now() - make_interval(secs => ${seconds})
          and (told_again_at is null or told_again_at < now() - interval '5 minutes')
        order by recorded_at
        limit ${AT_ONCE}
        for update skip locked)
      returning tenant_id, change`.execute(tx)
    for (const { tenant_id, change } of rows) {
      emitFor(tenant_id)(taskChanged, change, { sequence: change.version })
    }
    if (rows.length > 0) {
      taskMetrics.events.inc({ outcome: 'told_again' }, rows.length)
      log.warn({ changes: rows.length }, 'told transitions again whose events did not come back')
    }
    return rows.length
  })
}
