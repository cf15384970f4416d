import type { taskChanged } from '@alta/contracts/events/task-changed.v1'
import type { Handler } from '@alta/kit/events/handlers'
import { log } from '@alta/kit/telemetry/log'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { TasksSchema } from '../database/schema.ts'
import { taskMetrics } from './task.metrics.ts'

/**
 * Notes that a transition was told, and refuses what the record does not know: Dapr's outbox also publishes events
 * of transactions that failed, and of writers who had lost their lease.
 */
export const confirmChange: Handler<z.output<typeof taskChanged.schema>, TasksSchema> = async (
  { taskId, transitionId, version, to },
  { tx },
) => {
  // Before the look at the record: what a turn that was over by now has recorded is found there.
  const { rows: leases } = await sql`
    select 1 from tasks where id = ${taskId} and lease_until > now()`.execute(tx)
  const { rows } = await sql<{ isFirst: boolean }>`
    update task_transitions t set confirmed_at = coalesce(t.confirmed_at, now())
    from (select confirmed_at is null as is_first from task_transitions
          where transition_id = ${transitionId} for update) before
    where transition_id = ${transitionId}
    returning before.is_first as "isFirst"`.execute(tx)
  if (rows[0]) {
    taskMetrics.events.inc({ outcome: rows[0].isFirst ? 'confirmed' : 'duplicate' })
    return
  }
  // Told before it is recorded, since that takes two stores: parked, and looked at again.
  if (leases.length > 0) throw new Error(`a turn of task ${taskId} is being taken: its record is yet to come`)
  taskMetrics.events.inc({ outcome: 'phantom' })
  log.warn({ taskId, transitionId, version, to }, 'refused the event of a transition that never was')
}
