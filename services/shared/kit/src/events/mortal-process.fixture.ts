// A service of one handler in a process of its own, which one of the messages ends.
import { connect } from '../database/database.ts'
import { addEffect, type EffectsSchema } from '../testing/kit-fixture.ts'
import { deleted } from './inbox.fixture.ts'
import { createInbox } from './inbox-dispatch.ts'

const database = connect<EffectsSchema>('inbox', JSON.parse(process.env.SETTINGS ?? ''))
const subscription = deleted(async ({ projectId }, { tx, message }) => {
  await addEffect(tx, message.tenantId, projectId)
  if (message.correlationId === 'killer') process.kill(process.pid, 'SIGKILL')
})
const inbox = createInbox({
  database,
  subscriptions: [subscription],
  settings: { INBOX_MAX_RETRIES: 2, INBOX_RETRY_DELAY: 1, INBOX_HANDLER_SECONDS: 20 },
})

process.on('message', (events: { topic: string }[]) => {
  setInterval(() => void inbox.retryDue(), 200)
  for (const event of events) void inbox.receive(event.topic, event)
})
process.once('disconnect', () => process.exit(0))
process.send?.('ready')
