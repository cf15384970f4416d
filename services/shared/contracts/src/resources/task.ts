import { z } from 'zod'

export const taskState = z.enum(['pending', 'running', 'completed', 'failed', 'cancelled', 'retrying'])
export type TaskState = z.infer<typeof taskState>

/** Word for a kind of long operation, such as `dead-letter-retry`. */
export const taskTypeName = z
  .string()
  .max(64)
  .regex(/^[a-z]+(-[a-z]+)*$/)

/** On whose behalf a task works; its steps see this tenant and no other. */
export const taskActor = z.object({ userId: z.uuid(), tenantId: z.uuid() })
export type TaskActor = z.infer<typeof taskActor>

/** Something a task could not do, by its own name (an id, a row number), with the reason for a person to read. */
export const taskFailure = z.object({ item: z.string().min(1).max(200), reason: z.string().max(1000) })
export type TaskFailure = z.infer<typeof taskFailure>

/** Totals since the run began; `total` is null until it is known. */
export const taskCounts = {
  done: z.number().int().min(0),
  failed: z.number().int().min(0),
  total: z.number().int().min(0).nullable(),
}

/**
 * Which step this is. A run begins when a task is started or repeated from its beginning; steps are
 * counted within a run; an attempt is one try at a step, and a repeated step keeps its number.
 */
export const taskPosition = {
  run: z.number().int().min(1),
  attempt: z.number().int().min(1),
  step: z.number().int().min(1),
}

/** What a step found out, as the service that did the work returns it. */
export const stepOutcome = z.object({
  ...taskCounts,
  /** Where the next step begins: any JSON value, kept and handed back as it is. */
  cursor: z.json(),
  next: z.union([
    z.literal('now'),
    z.literal('end'),
    z.object({ afterSeconds: z.number().min(0).max(86_400) }),
  ]),
  /** Lines for the task's log. */
  log: z.array(z.string().max(2000)).max(100).optional(),
  /** What failed in this step alone. */
  failures: z.array(taskFailure).max(1000).optional(),
  /** What the task is good for; the last one given counts. */
  result: z.json().optional(),
})
export type StepOutcome = z.infer<typeof stepOutcome>
