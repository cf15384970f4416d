import type { TaskState } from '@alta/contracts/resources/task'
import type { ColumnType, Generated } from 'kysely'
import type { TaskChange } from './state-store.ts'
import type { Answer } from './task.decide.ts'
import type { TaskWork } from './task.work.ts'

/** JSON columns are read as values and written as text. */
type Json<Value> = ColumnType<Value, string | null | undefined, string | null>

export interface TaskTables {
  task_types: {
    type: string
    title: string
    app: string
    permission: string
    params: Json<Record<string, unknown>>
    step_seconds: number
    announced_at: Generated<Date>
  }
  tasks: {
    id: string
    tenant_id: string
    type: string
    params: Json<Record<string, unknown>>
    requested_by: string
    idempotency_key: string | null
    correlation_id: string
    traceparent: string | null
    requested_at: Generated<Date>
    state: Generated<TaskState>
    /** 0 until its first turn. */
    version: Generated<number>
    /** Null until its first turn. */
    work: Json<TaskWork | null>
    changed_at: Generated<Date>
    has_copy: Generated<boolean>
    due_at: Date | null
    causes: Generated<number>
    answer: Json<Answer | null>
    cancel_by: Date | null
    cancel_asked_at: Date | null
    retry: 'all' | 'failed' | null
    lease_owner: string | null
    lease_until: Date | null
    epoch: Generated<number>
  }
  task_transitions: {
    task_id: string
    version: number
    tenant_id: string
    transition_id: string
    change: Json<TaskChange>
    recorded_at: Generated<Date>
    /** When its event came back. */
    confirmed_at: Date | null
    told_again_at: Date | null
  }
  task_log: {
    id: Generated<string>
    task_id: string
    tenant_id: string
    at: Generated<Date>
    line: string
  }
  task_failures: {
    id: Generated<string>
    task_id: string
    tenant_id: string
    run: number
    item: string
    reason: string
  }
}
