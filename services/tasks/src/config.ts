import {
  brokerEnvironment,
  databaseEnvironment,
  integer,
  readConfig,
  seconds,
  serviceEnvironment,
} from '@alta/kit/config'

export const config = readConfig('services/tasks/src/config.ts', {
  ...serviceEnvironment,
  ...databaseEnvironment,
  ...brokerEnvironment,
  TASK_MAX_RETRIES: integer({ default: 5, min: 0, max: 100 }).describe(
    'Further attempts at a task after a failure that may mend.',
  ),
  TASK_RETRY_DELAY: seconds({ default: 5, min: 1, max: 300 }).describe(
    'Seconds before the first further attempt; doubled for each one after it, at most five minutes.',
  ),
  TASK_CANCEL_SECONDS: seconds({ default: 30, min: 1, max: 86_400 }).describe(
    'Seconds that a running step may go on after its task was cancelled; then the task ends without it.',
  ),
  TASK_CONFIRM_SECONDS: seconds({ default: 30, min: 5, max: 86_400 }).describe(
    'Seconds after which a transition whose event did not come back from Dapr’s outbox is published again by ours.',
  ),
  // The answers of its steps are kept for a year (kit: tasks/announce-task-types.ts).
  TASK_RETENTION_DAYS: integer({ default: 90, min: 1, max: 365 }).describe(
    'Days that a task is kept after its end, with its log and its failures.',
  ),
  SCHEDULE_RUN_RETENTION_DAYS: integer({ default: 90, min: 1, max: 3_650 }).describe(
    'How long it is kept when a schedule was fired.',
  ),
})
