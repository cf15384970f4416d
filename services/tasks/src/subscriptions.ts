import { taskChanged } from '@alta/contracts/events/task-changed.v1'
import { taskRequested } from '@alta/contracts/events/task-requested.v1'
import { taskStepFinished } from '@alta/contracts/events/task-step-finished.v1'
import { taskTypeAnnounced } from '@alta/contracts/events/task-type-announced.v1'
import { on, type Subscription } from '@alta/kit/events/handlers'
import { acceptTask } from './tasks/accept-task.ts'
import { confirmChange } from './tasks/confirm-change.ts'
import { recordTaskType } from './tasks/record-task-type.ts'
import { takeAnswer } from './tasks/take-answer.ts'
import type { TaskDriver } from './tasks/task.driver.ts'

/** The whole inbox. */
export const subscriptions = (driver: TaskDriver): Subscription[] => [
  on(taskTypeAnnounced, recordTaskType), // task-type.announced.v1
  on(taskRequested, acceptTask(driver)), // task.requested.v1
  on(taskStepFinished, takeAnswer(driver)), // task.step-finished.v1
  on(taskChanged, confirmChange), // task.changed.v1
]
