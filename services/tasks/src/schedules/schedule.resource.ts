import { taskTypeName } from '@alta/contracts/resources/task'
import { z } from 'zod'
import { faultOf, nextTicks } from './cron.ts'
import type { Schedule, ScheduleRun } from './schedule.repository.ts'

const time = z.iso.datetime()

const fields = {
  name: z.string().trim().min(1).max(200),
  cron: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .describe('Five fields, or six with seconds first; `@hourly` and the like'),
  timezone: z.string().min(1).max(64).describe('IANA name, such as `Europe/Paris`'),
  missed: z
    .enum(['latest', 'all'])
    .describe(
      'Ticks that were missed because everything was down: `latest` fires the last of them, `all` each',
    ),
  params: z.record(z.string(), z.json()).describe('As the type of task wants them'),
}

const reportFault = (value: { cron: string; timezone: string }, context: z.RefinementCtx) => {
  const fault = faultOf(value)
  if (fault) context.addIssue({ code: 'custom', path: [fault.field], message: fault.message })
}

export const newSchedule = z
  .strictObject({
    ...fields,
    timezone: fields.timezone.default('UTC'),
    missed: fields.missed.default('latest'),
    params: fields.params.default({}),
    taskType: taskTypeName,
  })
  .superRefine(reportFault)
export type NewSchedule = z.infer<typeof newSchedule>

export const scheduleChange = z
  .strictObject(fields)
  .partial()
  .refine((change) => Object.keys(change).length > 0, { message: 'give at least one field' })
export type ScheduleChange = z.infer<typeof scheduleChange>

export const scheduleResource = z.object({
  id: z.uuid(),
  ...fields,
  taskType: taskTypeName,
  paused: z.boolean(),
  lastRunAt: time.nullable(),
  lastTaskId: z.uuid().nullable(),
  nextRuns: z.array(time).describe('The next five, none while it is paused'),
  createdBy: z.uuid(),
  createdAt: time,
  version: z.int(),
})

export const runResource = z.object({
  tickAt: time.describe('When it was due'),
  firedAt: time,
  taskId: z.uuid(),
  byUser: z.uuid().nullable().describe('Who ran it by hand; null for a tick of the clock'),
})

export function presentSchedule(row: Schedule): z.input<typeof scheduleResource> {
  const after = row.next_run_at && new Date(row.next_run_at.getTime() - 1)
  return {
    id: row.id,
    name: row.name,
    cron: row.cron,
    timezone: row.timezone,
    missed: row.missed,
    taskType: row.task_type,
    // What was stored had been checked as JSON when the schedule was made.
    params: row.params as z.input<typeof fields.params>,
    paused: row.paused,
    lastRunAt: row.last_run_at?.toISOString() ?? null,
    lastTaskId: row.last_task_id,
    nextRuns: row.paused || !after ? [] : nextTicks(row, after, 5).map((tick) => tick.toISOString()),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    version: row.version,
  }
}

export const presentRun = (row: ScheduleRun): z.input<typeof runResource> => ({
  tickAt: row.tick_at.toISOString(),
  firedAt: row.fired_at.toISOString(),
  taskId: row.task_id,
  byUser: row.by_user,
})
