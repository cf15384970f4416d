import type { TaskState } from '@alta/contracts/resources/task'
import { conflict } from '@alta/kit/errors'

/*
 * The life of a task, as data. Which moment brings which move is in task.decide.ts.
 *
 *   pending ──► running ──► completed
 *      │         │   │ ▲
 *      │         │   │ └───────────┐
 *      │         │   └──► failed ──► retrying
 *      ▼         ▼          ▲          │  │
 *   cancelled ◄──┘          └──────────┘  │
 *      ▲──────────────────────────────────┘
 */
export const moves: Readonly<Record<TaskState, readonly TaskState[]>> = {
  pending: ['running', 'cancelled'],
  running: ['completed', 'failed', 'cancelled'],
  failed: ['retrying'],
  retrying: ['running', 'failed', 'cancelled'],
  completed: [],
  cancelled: [],
}

export const mayMove = (from: TaskState, to: TaskState): boolean => moves[from].includes(to)

/** Nothing happens any more, unless somebody has a failed task tried again. */
export const isOver = (state: TaskState): boolean => !moves[state].includes('cancelled')

/** @throws {Problem} 409 `invalid_transition` */
export function assertMove(from: TaskState, to: TaskState): void {
  if (mayMove(from, to)) return
  throw conflict('invalid_transition', `A task that is ${from} cannot become ${to}.`, {
    extensions: { state: from, allowed: moves[from] },
  })
}
