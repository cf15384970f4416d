import { z } from 'zod'
import { event } from '../event.ts'
import { stepOutcome, taskPosition } from '../resources/task.ts'

export const taskStepFinished = event({
  topic: 'task.step-finished.v1',
  owner: 'every service',
  summary: 'A step of a long operation is done, or could not be done.',
  schema: z.object({
    taskId: z.uuidv7(),
    ...taskPosition,
    /** Exactly one of the two is given. */
    outcome: stepOutcome.nullable(),
    /** Nothing of the step has been committed. */
    error: z
      .object({
        code: z.string().min(1).max(200),
        message: z.string().max(4000),
        /** No repetition will mend it. */
        permanent: z.boolean(),
      })
      .nullable(),
  }),
  example: {
    taskId: '019a9d2e-0000-7000-8000-000000000009',
    run: 1,
    attempt: 1,
    step: 1,
    outcome: { done: 20, failed: 0, total: 120, cursor: 'page-2', next: 'now' },
    error: null,
  },
  subject: (data) => data.taskId,
})
