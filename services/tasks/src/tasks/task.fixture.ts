import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { TaskWork } from './task.work.ts'

/** A task that has just begun to exist. */
export const newWork = (more: Partial<TaskWork> = {}): TaskWork => ({
  taskId: randomUUIDv7(),
  type: 'counting',
  actor: { userId: randomUUIDv7(), tenantId: DEFAULT_TENANT },
  state: 'pending',
  version: 1,
  transitionId: randomUUIDv7(),
  epoch: 1,
  ...{ run: 1, attempt: 1, step: 1, waiting: null, dueAt: null, cursor: null },
  ...{ done: 0, failed: 0, total: null, repeats: null, result: null },
  ...{ error: null, permanent: false, startedAt: null, finishedAt: null, heardAt: null, pace: [] },
  ...more,
})
