import { auditRecorded } from '@alta/contracts/events/audit-recorded.v1'
import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import { messageHandled } from '@alta/contracts/events/message-handled.v1'
import { messageRejected } from '@alta/contracts/events/message-rejected.v1'
import { taskChanged } from '@alta/contracts/events/task-changed.v1'
import { taskStepRequested } from '@alta/contracts/events/task-step-requested.v1'
import { deadLetters } from '@alta/kit/events/dead-letters'
import { everyTogether } from '@alta/kit/events/every'
import { type Handler, on, type Subscription } from '@alta/kit/events/handlers'
import { takeSteps } from '@alta/kit/tasks/take-steps'
import type { TaskType } from '@alta/kit/tasks/task-type'
import { recordEntry } from './audit/record-entry.ts'
import type { EventsSchema } from './database/schema.ts'
import type { DeadLetterHandlers } from './dead-letters/dead-letters.ts'
import { recordEndOfTask, recordFailedCopy, recordHandledCopy } from './replays/record-answers.ts'
import { storeEvents } from './store/store-events.ts'

/**
 * A transaction for each message. Filing holds the row of its group, and a step those of the messages that it is about:
 * two transactions that held several of these in another order would wait for each other in a circle.
 */
const alone = { alone: true }

/** The whole inbox. */
export const subscriptions = (letters: DeadLetterHandlers, tasks: readonly TaskType[]): Subscription[] => [
  everyTogether(storeEvents), //                             all
  on(auditRecorded, recordEntry), //                audit.recorded.v1
  on(messageFailed, both(letters.recordFailure, recordFailedCopy), alone), // message.failed.v1
  on(messageRejected, letters.recordRejection, alone), // message.rejected.v1
  on(messageHandled, both(letters.recordRecovery, recordHandledCopy)), // message.handled.v1
  on(taskChanged, recordEndOfTask), //              task.changed.v1
  { ...deadLetters(letters.recordUndelivered), ...alone }, // dead-letters
  on(taskStepRequested, takeSteps(tasks), alone), // task.step-requested.v1
]

/** One handler that does what two of this service's parts have to do about the same event. */
function both<Data>(
  first: Handler<Data, EventsSchema>,
  second: Handler<Data, EventsSchema>,
): Handler<Data, EventsSchema> {
  return async (data, scope) => {
    await first(data, scope)
    await second(data, scope)
  }
}
