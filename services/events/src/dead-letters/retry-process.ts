// The tasks of the dead letters in a process of its own, for tests that end it in the middle: carries out each step
// that it is sent, and says so.
import { taskStepRequested } from '@alta/contracts/events/task-step-requested.v1'
import { contractsByTopic } from '@alta/contracts/generated/registry'
import { connect } from '@alta/kit/database/database'
import { on } from '@alta/kit/events/handlers'
import { createInbox } from '@alta/kit/events/inbox-dispatch'
import { armFailPoints } from '@alta/kit/fail-points'
import { takeSteps } from '@alta/kit/tasks/take-steps'
import type { DeadLettersSchema } from './dead-letter.tables.ts'
import { deadLetterTasks } from './dead-letter.tasks.ts'

const { database: settings, failPoints } = JSON.parse(process.argv[2] ?? '')
const database = connect<DeadLettersSchema>('events', settings)
const inbox = createInbox({
  database,
  subscriptions: [
    on(taskStepRequested, takeSteps(deadLetterTasks({ contracts: contractsByTopic, resolvedDays: 30 })), {
      alone: true,
    }),
  ],
  settings: { INBOX_MAX_RETRIES: 0, INBOX_RETRY_DELAY: 1, INBOX_HANDLER_SECONDS: 30 },
})
await database.pool.query('select 1')
armFailPoints(failPoints)

process.once('disconnect', () => process.exit(0))
process.on('message', async (event) => {
  process.send?.(await inbox.receive(taskStepRequested.topic, event))
})
process.send?.('ready')
