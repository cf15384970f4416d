import type { Generated, JSONColumnType } from 'kysely'

/** What to do with ticks that nobody fired because everything was down: the last of them only, or each. */
export type Missed = 'latest' | 'all'

export interface ScheduleTables {
  schedules: {
    id: string
    tenant_id: string
    name: string
    /** Five fields, or six with seconds first. */
    cron: string
    /** IANA name; the cron expression is meant there. */
    timezone: string
    missed: Missed
    task_type: string
    params: JSONColumnType<Record<string, unknown>>
    paused: Generated<boolean>
    /** Null when the expression has no further tick. */
    next_run_at: Date | null
    last_run_at: Date | null
    last_task_id: string | null
    version: Generated<number>
    created_by: string
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  schedule_runs: {
    schedule_id: string
    /** When it was due; when it was asked for, if somebody ran it by hand. */
    tick_at: Date
    tenant_id: string
    task_id: string
    /** Who ran it by hand. */
    by_user: string | null
    fired_at: Generated<Date>
  }
}
