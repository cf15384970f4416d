import type { Database } from '@alta/kit/database/database'
import { registry } from '@alta/kit/telemetry/metrics'
import { sql } from 'kysely'
import { Counter, Gauge } from 'prom-client'
import type { TasksSchema } from '../database/schema.ts'

export const taskMetrics = {
  transitions: new Counter({
    name: 'alta_task_transitions_total',
    help: 'Transitions of tasks that were recorded.',
    labelNames: ['type', 'to'],
    registers: [registry],
  }),
  events: new Counter({
    name: 'alta_task_events_total',
    help: 'Events of transitions that came back: confirmed, duplicate, phantom, or told_again when none came.',
    labelNames: ['outcome'],
    registers: [registry],
  }),
}

const open = new Gauge({
  name: 'alta_tasks_open',
  help: 'Tasks that are not over, by state.',
  labelNames: ['state'] as const,
  registers: [registry],
})
const unchanged = new Gauge({
  name: 'alta_task_unchanged_seconds',
  help: 'Since the task that is not over and has shown no change for longest has last changed; 0: there is none.',
  registers: [registry],
})

const unfinished = ['pending', 'running', 'retrying'] as const

/** Reads what is not over, for which there is an index; every replica shows the same. */
export async function countTasks(database: Database<TasksSchema>): Promise<void> {
  const { rows } = await database.system(({ tx }) =>
    sql<{ state: string; open: number; seconds: number }>`
      select state, count(*)::int as open, extract(epoch from now() - min(changed_at))::float8 as seconds
      from tasks where state in ('pending', 'running', 'retrying')
      group by state`.execute(tx),
  )
  for (const state of unfinished) open.set({ state }, rows.find((row) => row.state === state)?.open ?? 0)
  unchanged.set(Math.max(0, ...rows.map(({ seconds }) => seconds)))
}
